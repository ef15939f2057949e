/** Colours of mails and pages. Text on its own ground keeps a contrast of at least 4.5 to 1 in both. */
export const light = {
  page: '#f3f5f6',
  card: '#ffffff',
  ink: '#14181d',
  muted: '#59636f',
  line: '#e3e7ea',
  good: '#0a6b43',
  goodGround: '#e4f5ec',
  calm: '#4a545f',
  calmGround: '#eef1f3',
  button: '#0a6b43',
  buttonInk: '#ffffff',
  code: '#f3f5f6',
  note: '#6b4700',
  noteGround: '#fff5df',
  bad: '#9a1b1b',
  badGround: '#fdeaea',
} as const;

export const dark = {
  page: '#0e1216',
  card: '#171c22',
  ink: '#eef2f5',
  muted: '#a2adb8',
  line: '#2a323b',
  good: '#6fe0a8',
  goodGround: '#12362a',
  calm: '#c0c9d2',
  calmGround: '#252c34',
  button: '#37c585',
  buttonInk: '#05180f',
  code: '#0e1216',
  note: '#f3c878',
  noteGround: '#33280f',
  bad: '#ffa3a3',
  badGround: '#3d1a1c',
} as const satisfies Record<keyof typeof light, string>;

// Names without quotes: they stand in style attributes, where a quote would have to be escaped.
export const sansSerif = '-apple-system,BlinkMacSystemFont,Segoe UI,Roboto,Helvetica,Arial,sans-serif';
export const monospace = 'ui-monospace,SFMono-Regular,Menlo,Consolas,Liberation Mono,monospace';

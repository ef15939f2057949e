import { raw } from 'hono/html';
import { dark, light, monospace, sansSerif } from '#adapters/look/palette.ts';

const text = (colour: string, size: number, line: number): string =>
  `font-family:${sansSerif};font-size:${size}px;line-height:${line}px;color:${colour}`;

/** Inline styles, light. Mail programs without dark mode or style sheets see these alone, so they must do by themselves. */
export const styles = {
  body: `margin:0;padding:0;background:${light.page};-webkit-text-size-adjust:100%`,
  preview: 'display:none;max-height:0;max-width:0;overflow:hidden;opacity:0;font-size:1px;line-height:1px',
  frame: 'width:100%;max-width:600px;margin:0 auto',
  brand: `${text(light.muted, 13, 20)};font-weight:600;padding:0 4px 14px`,
  mark: `display:inline-block;width:10px;height:10px;border-radius:3px;margin-right:8px;background:${light.button}`,
  card: `background:${light.card};border:1px solid ${light.line};border-radius:14px`,
  top: `${text(light.ink, 15, 23)};padding:30px 32px 26px`,
  caution: `${text(light.ink, 15, 23)};padding:22px 32px 0`,
  section: `${text(light.ink, 15, 23)};padding:22px 32px 24px;border-top:1px solid ${light.line}`,
  pill: 'display:inline-block;border-radius:99px;padding:3px 12px;font-size:13px;line-height:20px;font-weight:600',
  open: `background:${light.goodGround};color:${light.good}`,
  closed: `background:${light.calmGround};color:${light.calm}`,
  bad: `background:${light.badGround};color:${light.bad}`,
  notePill: `background:${light.noteGround};color:${light.note}`,
  title: `margin:14px 0 0;font-size:25px;line-height:32px;font-weight:700;letter-spacing:-.3px;color:${light.ink}`,
  lead: `margin:8px 0 0;font-size:15px;line-height:23px;color:${light.muted}`,
  buttonCell: `border-radius:9px;background:${light.button}`,
  button: `${text(light.buttonInk, 15, 20)};display:inline-block;padding:12px 22px;font-weight:600;text-decoration:none`,
  outline: `border-radius:9px;border:1px solid ${light.muted}`,
  outlineButton: `${text(light.ink, 14, 20)};display:inline-block;padding:9px 16px;font-weight:600;text-decoration:none`,
  besides: 'margin:0 10px 10px 0',
  filledCell: `border-radius:9px;border:1px solid ${light.button};background:${light.button}`,
  filledButton: `${text(light.buttonInk, 14, 20)};display:inline-block;padding:9px 16px;font-weight:600;text-decoration:none`,
  inkLink: `color:${light.ink};font-weight:600;text-decoration:underline`,
  line: `${text(light.ink, 14, 20)};padding:9px 0;word-break:break-word;overflow-wrap:anywhere`,
  heading: `margin:0 0 8px;font-size:16px;line-height:23px;font-weight:700;color:${light.ink}`,
  label: `${text(light.muted, 14, 21)};padding:5px 14px 5px 0;width:108px;vertical-align:top`,
  value: `${text(light.ink, 14, 21)};padding:5px 0;vertical-align:top;word-break:break-word;overflow-wrap:anywhere`,
  row: `${text(light.ink, 14, 20)};padding:11px 0;word-break:break-word`,
  rule: `;border-top:1px solid ${light.line}`,
  small: `font-size:13px;line-height:19px;color:${light.muted}`,
  codeCell: `background:${light.code};border-radius:9px;padding:14px 16px`,
  code: `margin:0;font-family:${monospace};font-size:12px;line-height:19px;white-space:pre-wrap;word-break:break-word;overflow-wrap:anywhere;color:${light.ink}`,
  note: `${text(light.note, 14, 21)};background:${light.noteGround};border-radius:9px;padding:12px 16px`,
  footer: `${text(light.muted, 13, 20)};padding:18px 4px 0`,
  link: `color:${light.muted};text-decoration:underline`,
} as const;

const darkRules = [
  `.page{background:${dark.page}!important}`,
  `.card{background:${dark.card}!important;border-color:${dark.line}!important}`,
  `.line{border-color:${dark.line}!important}`,
  `.ink{color:${dark.ink}!important}`,
  `.muted{color:${dark.muted}!important}`,
  `.open{background:${dark.goodGround}!important;color:${dark.good}!important}`,
  `.closed{background:${dark.calmGround}!important;color:${dark.calm}!important}`,
  `.bad{background:${dark.badGround}!important;color:${dark.bad}!important}`,
  `.outline{border-color:${dark.muted}!important}`,
  `.button,.mark{background:${dark.button}!important;border-color:${dark.button}!important}`,
  `.buttonInk{color:${dark.buttonInk}!important}`,
  `.code{background:${dark.code}!important}`,
  `.note{background:${dark.noteGround}!important;color:${dark.note}!important}`,
];

/** What inline styles cannot say: dark mode and the phone. */
export const styleSheet = raw(
  [
    ':root{color-scheme:light dark;supported-color-schemes:light dark}',
    `@media (prefers-color-scheme:dark){${darkRules.join('')}}`,
    '@media (max-width:480px){.pad{padding-left:20px!important;padding-right:20px!important}',
    '.title{font-size:22px!important;line-height:29px!important}.label{width:92px!important;padding-right:10px!important}',
    '.buttonFrame{width:100%!important;margin-right:0!important}.buttonInk,.tap{display:block!important;text-align:center!important}}',
  ].join('\n'),
);

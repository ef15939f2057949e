import { type Command, CommanderError } from 'commander';

/** What a command line asks for besides its work: the help text, or to be told what is wrong with it. */
export type NoOrder =
  | { readonly kind: 'help'; readonly text: string }
  | { readonly kind: 'refused'; readonly message: string };

/** Says what is wrong with the command line of `npm run SCRIPT`, and where its options are told. */
export const refusal = (script: string, message: string): NoOrder => ({
  kind: 'refused',
  message: `${message}\nnpm run ${script} -- --help shows all options.`,
});

/** Has a command parse words (without `node` and the script) and print nothing; nothing comes back where they are its options. */
export const parseWords = (command: Command, words: readonly string[], script: string): NoOrder | undefined => {
  const shown: string[] = [];
  command.exitOverride().configureOutput({ writeOut: (text) => shown.push(text), writeErr: () => {} });
  try {
    command.parse(words, { from: 'user' });
    return undefined;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.code === 'commander.helpDisplayed') return { kind: 'help', text: shown.join('') };
    return refusal(script, error.message);
  }
};

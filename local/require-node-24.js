// Plain JavaScript that any Node since 16 can read: it runs before everything else, and its only job is to say what is wrong.

const needed = 24;
const found = Number.parseInt(process.version.slice(1), 10);

if (found < needed) {
  console.error(
    [
      `GPU Warden needs Node ${needed} or newer; this is Node ${process.version} (${process.execPath}).`,
      'npm ci brings Node 24 along for Linux, macOS and Windows. Use one of these:',
      '  npm start, npm test           npm finds that Node by itself; run npm ci first, without --omit=optional',
      '  PATH="$PWD/node_modules/.bin:$PATH" node …   the same Node by hand',
      '  https://nodejs.org/           or install Node 24 or newer yourself',
    ].join('\n'),
  );
  process.exit(1);
}

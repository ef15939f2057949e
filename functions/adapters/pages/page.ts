import { createHash } from 'node:crypto';
import { raw } from 'hono/html';
import { html, type Markup } from '#adapters/look/markup.ts';
import { dark, light, sansSerif } from '#adapters/look/palette.ts';

/** A whole answer of the HTTP API. Header names are in lower case. */
export type Page = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

type Colours = Record<keyof typeof light, string>;

const colours = (theme: Colours): string =>
  Object.entries(theme)
    .map(([name, value]) => `--${name}:${value};`)
    .join('');

const style = `
:root{color-scheme:light dark;${colours(light)}}
@media (prefers-color-scheme:dark){:root{${colours(dark)}}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);font:16px/25px ${sansSerif};-webkit-text-size-adjust:100%}
main{max-width:560px;margin:0 auto;padding:48px 16px 64px}
.brand{margin:0 0 14px;padding:0 4px;font-size:13px;line-height:20px;font-weight:600;color:var(--muted)}
.brand::before{content:'';display:inline-block;width:10px;height:10px;border-radius:3px;margin-right:8px;background:var(--button)}
.card{background:var(--card);border:1px solid var(--line);border-radius:14px;padding:30px 32px 32px;overflow-wrap:anywhere}
h1{margin:0 0 10px;font-size:25px;line-height:32px;letter-spacing:-.3px}
p{margin:0 0 12px}
.muted{color:var(--muted);font-size:14px;line-height:21px}
.after{margin:18px 0 0}
.warn{margin:0 0 12px;padding:12px 16px;border-radius:9px;background:var(--noteGround);color:var(--note);font-size:15px;line-height:23px}
dl{display:grid;grid-template-columns:auto 1fr;gap:6px 18px;margin:16px 0;font-size:15px;line-height:23px}
dt{color:var(--muted)}
dd{margin:0}
ul{margin:16px 0;padding:0;list-style:none;border-top:1px solid var(--line)}
li{padding:10px 0;border-bottom:1px solid var(--line)}
form{display:flex;flex-wrap:wrap;gap:10px;margin:22px 0 0}
button{font:600 15px/20px ${sansSerif};padding:12px 22px;border-radius:9px;border:1px solid var(--button);cursor:pointer;background:var(--button);color:var(--buttonInk)}
button.second{background:transparent;border-color:var(--muted);color:var(--ink)}
button:focus-visible{outline:3px solid var(--good);outline-offset:2px}
@media (max-width:480px){main{padding-top:24px}.card{padding:24px 20px}button{width:100%}dl{grid-template-columns:1fr;gap:0}dd{margin:0 0 8px}}
`;

// By its hash, so that no other style can be smuggled in.
const styleHash = createHash('sha256').update(style).digest('base64');

const headers: Page['headers'] = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'content-security-policy': `default-src 'none'; style-src 'sha256-${styleHash}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
  // The address of a link page is a key; no other site may learn it.
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'x-robots-tag': 'noindex, nofollow',
};

/** A page in our look, without scripts, that nobody may frame, keep or pass on. */
export const page = (status: number, title: string, content: Markup): Page => ({
  status,
  headers,
  body: html`<!doctype html>
<html lang="en" dir="ltr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} · GPU Warden</title>
<style>${raw(style)}</style>
</head>
<body>
<main>
<p class="brand">GPU Warden</p>
<div class="card">
<h1>${title}</h1>
${content}
</div>
</main>
</body>
</html>
`.toString(),
});

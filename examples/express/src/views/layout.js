import { escapeHtml } from './html.js';

export function layout(title, body) {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>${escapeHtml(title)}</title>
<style>
  body { font: 1rem/1.5 system-ui, sans-serif; max-width: 40rem; margin: 3rem auto; padding: 0 1rem }
  form { display: grid; gap: .5rem }
  time { color: gray; font-size: .8rem }
</style>
<body>
${body}
</body>
</html>
`;
}

/** A page of its own for what stands in the way of a sign-in: no layout, no script, no exchange needed. */

export interface Way {
  label: string;
  path: string;
  /** A button, for what changes something. */
  post?: boolean;
}

const STYLE = `
  body { font: 16px/1.5 system-ui, sans-serif; color: #1d2733; max-width: 40rem; margin: 4rem auto; padding: 0 1.5rem; overflow-wrap: anywhere; }
  h1 { font-size: 1.4rem; }
  button { font: inherit; }`;

export function notice(status: number, title: string, text: string, way?: Way): Response {
  const page = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>${escaped(title)}</title>
<style>${STYLE}
</style>
<h1>${escaped(title)}</h1>
<p>${escaped(text)}</p>
${way ? written(way) : ''}
</html>
`;
  return new Response(page, { status, headers: { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' } });
}

function written({ label, path, post }: Way): string {
  if (post) return `<form method="post" action="${escaped(path)}"><button>${escaped(label)}</button></form>`;
  return `<p><a href="${escaped(path)}">${escaped(label)}</a></p>`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

const lineWidth = 160;

/** JSON for people who read what changed: what fits on a line stands on one, all else as `JSON.stringify` indents it. */
export function readableJson(value: unknown): string {
  return write(JSON.parse(JSON.stringify(value)), '');
}

function write(value: unknown, indent: string): string {
  const flat = JSON.stringify(value);
  if (typeof value !== 'object' || value === null || indent.length + flat.length <= lineWidth) return flat;
  const inner = `${indent}  `;
  const parts = Array.isArray(value)
    ? value.map((member) => write(member, inner))
    : Object.entries(value).map(([key, member]) => `${JSON.stringify(key)}: ${write(member, inner)}`);
  const [open, close] = Array.isArray(value) ? '[]' : '{}';
  return `${open}\n${parts.map((part) => inner + part).join(',\n')}\n${indent}${close}`;
}

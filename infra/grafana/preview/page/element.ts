export type Child = Node | string | null;

/** An element with its properties, inline style and children; text is never read as HTML. */
export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  properties: Partial<Omit<HTMLElementTagNameMap[Name], 'style'>> & { style?: Partial<CSSStyleDeclaration> } = {},
  ...children: Child[]
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  const { style, ...rest } = properties;
  Object.assign(made, rest);
  Object.assign(made.style, style);
  made.append(...children.filter((child) => child !== null));
  return made;
}

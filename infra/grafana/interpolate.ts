/** Values of a dashboard's variables by name; one with several values is a list, as in Grafana. */
export type VariableValues = Readonly<Record<string, string | readonly string[]>>;

/** How a variable stands in its place: for people, as an address's part, or as quoted SQL strings. */
export type VariableFormat = 'text' | 'percentencode' | 'uriencode' | 'sqlstring';

type Formatter = (values: readonly string[]) => string;

const formatters: Readonly<Record<VariableFormat, Formatter>> = {
  text: (values) => values.join(' + '),
  percentencode: (values) => encodeURIComponent(joined(values)),
  // Leaves what parts an address: for variables that hold one.
  uriencode: (values) => encodeURI(joined(values)),
  sqlstring: (values) => values.map((value) => `'${value.replaceAll("'", "''")}'`).join(','),
};

function joined(values: readonly string[]): string {
  return values.length === 1 ? values[0]! : `{${values.join(',')}}`;
}

/** `$name`, `${name}`, `${name.path}` and each of the last two with `:format`. */
const reference = /\$(\w+)|\$\{(\w+)(?:\.([^:}]+))?(?::(\w+))?\}/g;

/** Looks a variable up; undefined where there is none, and its place is left as it is. */
export type Lookup = (name: string, path?: string) => string | readonly string[] | undefined;

/** Replaces the variables of a text as Grafana does. Throws Error for a format that none of our dashboards may use. */
export function interpolate(text: string, lookup: Lookup, usual: VariableFormat): string {
  return text.replaceAll(reference, (whole, bare?: string, name?: string, path?: string, format?: string) => {
    const value = lookup(bare ?? name!, path);
    if (value === undefined) return whole;
    // Written-out addresses hold pairs of a name and a value already.
    if (format === 'queryparam') return [value].flat().join('&');
    const chosen = formatters[(format ?? usual) as VariableFormat];
    if (!chosen) throw new Error(`The format of ${whole} is not known.`);
    return chosen([value].flat());
  });
}

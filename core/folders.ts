/** Facts about who runs this, handed in so that nothing here asks the machine. */
export interface Account {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly isRoot: boolean;
  /** Where HOME is not set. */
  readonly homeFolder: string;
}

/**
 * Folders outside of the checkout: `home` for state that matters, `cache` for what can be fetched or built again. `SWEEP_HOME`
 * and `SWEEP_CACHE` come first; as root the defaults lie under /var, because PostgreSQL then runs as another user who
 * cannot enter root's home; else they follow the XDG base folders.
 */
export function foldersOf({ environment, isRoot, homeFolder }: Account): { home: string; cache: string } {
  const under = (variable: string, rootDefault: string, xdgVariable: string, userDefault: string): string => {
    const explicit = environment[variable];
    if (explicit) return explicit;
    if (isRoot) return rootDefault;
    return `${environment[xdgVariable] || `${environment['HOME'] || homeFolder}/${userDefault}`}/initsweep`;
  };
  return {
    home: under('SWEEP_HOME', '/var/lib/initsweep', 'XDG_DATA_HOME', '.local/share'),
    cache: under('SWEEP_CACHE', '/var/cache/initsweep', 'XDG_CACHE_HOME', '.cache'),
  };
}

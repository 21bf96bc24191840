/** What a person is told, and may write, about one initializer or activation. */
export interface CatalogueEntry {
  /** Other names accepted where a person writes it. */
  readonly aliases: readonly string[];
  /** The rule on one line. */
  readonly rule: string;
  /** Who published it, and when. */
  readonly source: string;
  readonly parameters: Readonly<Record<string, CatalogueParameter>>;
}

/** A parameter takes a number of the range, or one of the words, whichever are given. */
export interface CatalogueParameter {
  readonly meaning: string;
  /** Absent where a person has to choose. */
  readonly default?: number | string;
  readonly range?: NumberRange;
  readonly words?: readonly string[];
}

/** Numbers from `least` to `most`, both included but for `least` where `above` is set. */
export interface NumberRange {
  readonly least: number;
  readonly most: number;
  readonly above?: true;
  readonly whole?: true;
}

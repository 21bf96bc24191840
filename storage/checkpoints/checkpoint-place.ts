/** What is put into a place, and when. */
export interface PlacedObject {
  readonly name: string;
  readonly placedAt: Date;
}

/**
 * Holds the bytes of checkpoints outside of the database, for all workers: a folder or a bucket. A name has two parts and a slash between. An
 * object is there whole or not at all. All methods can be repeated, and throw MachineError when the place cannot be
 * reached or is full.
 */
export interface CheckpointPlace {
  put(name: string, bytes: Uint8Array): Promise<void>;
  /** Null when there is none. */
  get(name: string): Promise<Uint8Array | null>;
  remove(names: readonly string[]): Promise<void>;
  list(): AsyncIterable<PlacedObject>;
  close(): void;
}

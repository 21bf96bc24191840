/**
 * The first standard normals of random streams, by the streams' names: a sweep draws the same ones again for every initializer, activation
 * and depth of a seed. Beyond `mostBytes` those go that were not asked for longest.
 */
export class RememberedNormals {
  readonly #mostBytes: number;
  readonly #normals = new Map<string, Float64Array>();
  #bytes = 0;

  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes;
  }

  /** At least the first `count` of the stream of this name; `draw` gives them where they are not remembered. */
  first(name: string, count: number, draw: () => Float64Array): Float64Array {
    const known = this.#normals.get(name);
    const normals = known !== undefined && known.length >= count ? known : draw();
    // Set anew, for a map keeps the order in which it was filled.
    this.#forget(name);
    if (normals.byteLength > this.#mostBytes) return normals;
    this.#normals.set(name, normals);
    this.#bytes += normals.byteLength;
    for (const oldest of this.#normals.keys()) {
      if (this.#bytes <= this.#mostBytes) break;
      this.#forget(oldest);
    }
    return normals;
  }

  #forget(name: string): void {
    this.#bytes -= this.#normals.get(name)?.byteLength ?? 0;
    this.#normals.delete(name);
  }
}

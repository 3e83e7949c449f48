/** Pieces below this are copied together: each piece costs a few hundred bytes beside its own, and a sender decides how many it makes. */
const SMALL_BYTES = 4_096;
const BLOCK_BYTES = 16_384;

/** Gathers the pieces of a body; however small they are, they hold about as much memory as they weigh. */
export interface Gatherer {
  add(piece: Buffer): void;
  /** How many buffers are held. */
  pieces(): number;
  /** All bytes so far, in order; nothing is held afterwards. */
  take(): Buffer;
}

/** Makes an empty gatherer. The first piece is kept as it came: most bodies are one. */
export function createGatherer(): Gatherer {
  const pieces: Buffer[] = [];
  let block: Buffer | undefined = undefined;
  let used = 0;
  let size = 0;

  const closeBlock = (): void => {
    if (block !== undefined && used > 0) pieces.push(Buffer.from(block.subarray(0, used)));
    used = 0;
  };
  const addSmall = (piece: Buffer): void => {
    if (used + piece.length > BLOCK_BYTES) closeBlock();
    block ??= Buffer.allocUnsafeSlow(BLOCK_BYTES);
    piece.copy(block, used);
    used += piece.length;
  };

  return {
    add(piece) {
      size += piece.length;
      if (pieces.length > 0 && piece.length < SMALL_BYTES) return addSmall(piece);
      closeBlock();
      pieces.push(piece);
    },
    pieces: () => pieces.length + (used > 0 ? 1 : 0),
    take() {
      closeBlock();
      const all = pieces.splice(0);
      const [only] = all;
      block = undefined;
      const whole = only !== undefined && all.length === 1 ? only : Buffer.concat(all, size);
      size = 0;
      return whole;
    },
  };
}

/**
 * Sets of endpoints as the engine handles them: bits in words of 32. `Bits` are as wide as the network, to work in; a `Row` is made once,
 * never changes, and keeps only the words from its first to its last member, as most sets are about one namespace.
 */

export type Bits = Uint32Array;

export interface Row {
  /** Place of the first word. */
  readonly from: number;
  readonly words: Bits;
}

export const EMPTY_ROW: Row = { from: 0, words: new Uint32Array(0) };

export function emptyBits(size: number): Bits {
  return new Uint32Array((size + 31) >>> 5);
}

/** Every one of the first `size` bits. */
export function allBits(size: number): Bits {
  const bits = emptyBits(size).fill(0xffffffff);
  if ((size & 31) !== 0) bits[bits.length - 1] = (1 << (size & 31)) - 1;
  return bits;
}

export function setBit(bits: Bits, index: number): void {
  const word = index >>> 5;
  bits[word] = (bits[word] ?? 0) | (1 << (index & 31));
}

export function hasBit(bits: Bits, index: number): boolean {
  return (((bits[index >>> 5] ?? 0) >>> (index & 31)) & 1) === 1;
}

export function addAll(target: Bits, other: Bits): void {
  for (let word = 0; word < target.length; word += 1) target[word] = (target[word] as number) | (other[word] as number);
}

export function keepOnly(target: Bits, other: Bits): void {
  for (let word = 0; word < target.length; word += 1) target[word] = (target[word] as number) & (other[word] as number);
}

export function removeAll(target: Bits, other: Bits): void {
  for (let word = 0; word < target.length; word += 1) target[word] = (target[word] as number) & ~(other[word] as number);
}

/** Calls `visit` for every set bit, in order; `first` is the place of the first word. */
export function eachBit(bits: Bits, visit: (index: number) => void, first = 0): void {
  for (let word = 0; word < bits.length; word += 1) {
    for (let rest = bits[word] as number; rest !== 0; rest &= rest - 1) visit(((first + word) << 5) + 31 - Math.clz32(rest & -rest));
  }
}

/** The set bits as a row. */
export function rowOf(bits: Bits): Row {
  let first = 0;
  let end = bits.length;
  while (end > first && bits[end - 1] === 0) end -= 1;
  while (first < end && bits[first] === 0) first += 1;
  return first === end ? EMPTY_ROW : { from: first, words: bits.slice(first, end) };
}

/** Of ascending indexes. */
export function rowOfIndexes(indexes: readonly number[]): Row {
  const [first] = indexes;
  const last = indexes.at(-1);
  if (first === undefined || last === undefined) return EMPTY_ROW;
  const from = first >>> 5;
  const words = new Uint32Array((last >>> 5) - from + 1);
  for (const index of indexes) setBit(words, index - from * 32);
  return { from, words };
}

/** The members of a row as bits of a network of this size. */
export function bitsOf(row: Row, size: number): Bits {
  const bits = emptyBits(size);
  bits.set(row.words, row.from);
  return bits;
}

export function inRow({ from, words }: Row, index: number): boolean {
  const word = (index >>> 5) - from;
  return word >= 0 && word < words.length && (((words[word] as number) >>> (index & 31)) & 1) === 1;
}

export function eachInRow({ from, words }: Row, visit: (index: number) => void): void {
  eachBit(words, visit, from);
}

export function addRow(target: Bits, { from, words }: Row): void {
  for (let word = 0; word < words.length; word += 1) target[from + word] = (target[from + word] as number) | (words[word] as number);
}

export function removeRow(target: Bits, { from, words }: Row): void {
  for (let word = 0; word < words.length; word += 1) target[from + word] = (target[from + word] as number) & ~(words[word] as number);
}

/** `target |= bits & row`. */
export function addCommon(target: Bits, bits: Bits, { from, words }: Row): void {
  for (let word = 0; word < words.length; word += 1) {
    const place = from + word;
    target[place] = (target[place] as number) | ((bits[place] as number) & (words[word] as number));
  }
}

/** Members of both. */
export function meet(a: Row, b: Row): Row {
  const from = Math.max(a.from, b.from);
  const end = Math.min(a.from + a.words.length, b.from + b.words.length);
  if (from >= end) return EMPTY_ROW;
  const words = new Uint32Array(end - from);
  for (let word = from; word < end; word += 1) words[word - from] = (a.words[word - a.from] as number) & (b.words[word - b.from] as number);
  const row = rowOf(words);
  return row === EMPTY_ROW ? row : { from: from + row.from, words: row.words };
}

/** Rows hold no empty words at their ends, so equal sets are equal word for word. */
export function equalRows(a: Row, b: Row): boolean {
  if (a === b) return true;
  if (a.from !== b.from || a.words.length !== b.words.length) return false;
  for (let word = 0; word < a.words.length; word += 1) if (a.words[word] !== b.words[word]) return false;
  return true;
}

/**
 * Transposes a block of 32 × 32 bits in place: bit j of word i becomes bit i of word j. Source: Hacker's Delight, 7-3.
 */
export function transpose32(block: Uint32Array): void {
  let mask = 0x0000ffff;
  for (let step = 16; step !== 0; step >>>= 1, mask ^= mask << step) {
    for (let row = 0; row < 32; row = ((row | step) + 1) & ~step) {
      const low = block[row] as number;
      const high = block[row | step] as number;
      const swapped = ((low >>> step) ^ high) & mask;
      block[row | step] = high ^ swapped;
      block[row] = low ^ (swapped << step);
    }
  }
}

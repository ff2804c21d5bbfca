/** Rows of bits in words of 32: sets of endpoints as the engine handles them. */

export type Bits = Uint32Array;

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

/** `target |= a & b`. */
export function addBoth(target: Bits, a: Bits, b: Bits): void {
  for (let word = 0; word < target.length; word += 1) target[word] = (target[word] as number) | ((a[word] as number) & (b[word] as number));
}

export function equalBits(a: Bits, b: Bits): boolean {
  for (let word = 0; word < a.length; word += 1) if (a[word] !== b[word]) return false;
  return true;
}

/** Calls `visit` for every set bit, in order. */
export function eachBit(bits: Bits, visit: (index: number) => void): void {
  for (let word = 0; word < bits.length; word += 1) {
    for (let rest = bits[word] as number; rest !== 0; rest &= rest - 1) visit((word << 5) + 31 - Math.clz32(rest & -rest));
  }
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

/** Sets of whole numbers as sorted, disjoint, non-adjacent intervals: addresses and ports are such numbers. */

/** Both ends belong to it. */
export interface Interval {
  readonly first: bigint;
  readonly last: bigint;
}

/** The same set in normal form: sorted, what overlaps or touches merged. */
export function normalise(intervals: readonly Interval[]): Interval[] {
  const sorted = [...intervals].sort((a, b) => (a.first < b.first ? -1 : a.first > b.first ? 1 : 0));
  const merged: { first: bigint; last: bigint }[] = [];
  for (const { first, last } of sorted) {
    const before = merged.at(-1);
    if (before !== undefined && first <= before.last + 1n) {
      if (last > before.last) before.last = last;
    } else merged.push({ first, last });
  }
  return merged;
}

/** What is in both of two normalised sets. */
export function intersect(a: readonly Interval[], b: readonly Interval[]): Interval[] {
  const result: Interval[] = [];
  let i = 0;
  let j = 0;
  for (let x = a[i], y = b[j]; x !== undefined && y !== undefined; x = a[i], y = b[j]) {
    const first = x.first > y.first ? x.first : y.first;
    const last = x.last < y.last ? x.last : y.last;
    if (first <= last) result.push({ first, last });
    if (x.last < y.last) i += 1;
    else j += 1;
  }
  return result;
}

/** What is in the first of two normalised sets and not in the second. */
export function subtract(a: readonly Interval[], b: readonly Interval[]): Interval[] {
  const result: Interval[] = [];
  let j = 0;
  for (const { first, last } of a) {
    let from = first;
    while (j < b.length && (b[j] as Interval).last < from) j += 1;
    for (let k = j; k < b.length && (b[k] as Interval).first <= last; k += 1) {
      const hole = b[k] as Interval;
      if (hole.first > from) result.push({ first: from, last: hole.first - 1n });
      if (hole.last + 1n > from) from = hole.last + 1n;
    }
    if (from <= last) result.push({ first: from, last });
  }
  return result;
}

/** How many numbers a normalised set holds. */
export function count(intervals: readonly Interval[]): bigint {
  return intervals.reduce((sum, { first, last }) => sum + last - first + 1n, 0n);
}

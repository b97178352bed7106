/** @returns what the fake upstream says when it is asked for so many tokens */
export const numberedTokens = (count: number): string =>
  Array.from({ length: count }, (_, index) => ` t${index}`).join('');

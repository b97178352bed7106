/** Postgres takes no U+0000 in a text, so that no database gets one: what cannot be stored would be tried for ever. */
export function replaceNul(parameters: readonly unknown[]): unknown[] {
  return parameters.map((value) =>
    typeof value === 'string' && value.includes('\0') ? value.replaceAll('\0', '\ufffd') : value,
  );
}

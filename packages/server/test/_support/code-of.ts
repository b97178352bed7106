/** @param text the body of a refusal @returns our code, which in the errors of other dialects stands beside theirs */
export function codeOf(text: string): string | undefined {
  const { code, error } = JSON.parse(text) as { code?: string; error?: { sluice_code: string } };
  return code ?? error?.sluice_code;
}

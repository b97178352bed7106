const opening = /^( {0,3})(`{3,}|~{3,})([^\n]*)\n/;

/**
 * The code of a fence that is still open, read without the lexer.
 * @returns null for another block, for a fence that is indented or may have ended, and before its first line is whole
 */
export function readOpenFence(raw: string): { code: string; info: string } | null {
  const found = opening.exec(raw);
  if (found === null) return null;
  const [line, indent = '', marks = '', info = ''] = found;
  const isBackticks = marks.startsWith('`');
  if (indent !== '' || (isBackticks && info.includes('`'))) return null;
  const code = raw.slice(line.length);
  // What may be its end, or the first characters of it.
  if (code.includes(`\n${marks}`) || code.startsWith(marks)) return null;
  const lastLine = code.slice(code.lastIndexOf('\n') + 1);
  const isEnding = lastLine !== '' && lastLine === marks.slice(0, lastLine.length);
  return { code: isEnding ? code.slice(0, -lastLine.length) : code, info: info.trim() };
}

import type { CompiledMessage } from '@lingui/message-utils/compileMessage';

/** A case of a plural: its name, then what is said in it up to the brace that closes it. */
const caseStart = /\s*(=\d+|\w+)\s*\{/y;
const argument = /\{\s*(\w+)\s*(?:\}|,\s*plural\s*,)/y;
const closing = /\s*\}/y;

/**
 * What the page needs of ICU messages: values by name, and plurals. Lingui's own compiler knows the whole language and is larger
 * than the rest of it; on every sentence of the page both say the same, which a test holds them to.
 * @throws when the message is not well-formed
 */
export function compileMessage(message: string): CompiledMessage {
  let at = 0;

  function match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = at;
    const found = pattern.exec(message);
    if (found !== null) at = pattern.lastIndex;
    return found;
  }

  function readCases(): Record<string, CompiledMessage> {
    const cases: Record<string, CompiledMessage> = {};
    for (let found = match(caseStart); found !== null; found = match(caseStart)) {
      cases[(found[1] ?? '').replace('=', '')] = readTokens(true);
      at++;
    }
    if (match(closing) === null) throw new SyntaxError(`a plural without its end in "${message}"`);
    return cases;
  }

  function readTokens(isCase: boolean): CompiledMessage {
    const tokens: CompiledMessage = [];
    while (at < message.length && !(isCase && message[at] === '}')) {
      const text = match(isCase ? /[^{}#]+/y : /[^{}]+/y)?.[0];
      if (text !== undefined) tokens.push(text);
      else if (isCase && message[at] === '#') tokens.push(message[at++] ?? '');
      else {
        const found = match(argument);
        if (found === null) throw new SyntaxError(`a brace out of place in "${message}"`);
        const name = found[1] ?? '';
        tokens.push(found[0].endsWith('}') ? [name] : [name, 'plural', readCases()]);
      }
    }
    return tokens;
  }

  return readTokens(false);
}

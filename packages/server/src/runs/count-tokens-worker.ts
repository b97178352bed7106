// In: texts. Out: how many tokens each has. Never: on the main thread, where a table of 100 MB and its search would stop every stream.
import { constants, setPriority } from 'node:os';
import { parentPort } from 'node:worker_threads';
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';

export interface CountRequest {
  number: number;
  text: string;
}

export interface CountAnswer {
  number: number;
  tokens: number;
}

/** A word of any length is searched in time that grows with its square: text without spaces is cut. */
const MAX_WORD = 200;

if (process.platform === 'linux') setPriority(constants.priority.PRIORITY_LOW);

parentPort?.on('message', ({ number, text }: CountRequest) => {
  let tokens = 0;
  for (let at = 0; at < text.length; at += MAX_WORD) {
    // What looks like a control token is text here.
    tokens += countTokens(text.slice(at, at + MAX_WORD), { disallowedSpecial: new Set() });
  }
  const answer: CountAnswer = { number, tokens };
  parentPort?.postMessage(answer);
});

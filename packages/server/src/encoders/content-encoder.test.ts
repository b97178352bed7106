import { expect, it } from 'vitest';
import { createContentEncoder } from './content-encoder.ts';
import { beginning, encodeAll, end, failed } from './dialects.fixture.ts';

it('sends pieces of text, and [DONE] after a whole answer', () => {
  expect(encodeAll(createContentEncoder(), [...beginning, end('complete')])).toBe(
    'data: {"content":"Hi "}\n\ndata: {"content":"😀\\n"}\n\ndata: [DONE]\n\n',
  );
});

it('sends an error instead of [DONE] after any other', () => {
  expect(encodeAll(createContentEncoder(), [...beginning, failed, end('error')])).toBe(
    'data: {"content":"Hi "}\n\ndata: {"content":"😀\\n"}\n\ndata: {"error":"The answer was cut off","code":"upstream_truncated"}\n\n',
  );
  expect(encodeAll(createContentEncoder(), [end('stopped')])).toBe(
    'data: {"error":"The answer was stopped before it was whole","code":"stopped"}\n\n',
  );
});

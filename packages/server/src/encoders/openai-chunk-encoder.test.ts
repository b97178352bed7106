import { runEndReasons } from '@sluice/shared';
import { describe, expect, it } from 'vitest';
import { beginning, encodeAll, end, failed } from './dialects.fixture.ts';
import { OpenAiChunkEncoder } from './openai-chunk-encoder.ts';

const encode = (events: Parameters<typeof encodeAll>[1], includesUsage = false) =>
  encodeAll(new OpenAiChunkEncoder({ includesUsage }), events);

describe('the chunks of OpenAI', () => {
  it('are as its clients know them', async () => {
    await expect(encode([...beginning, end('complete')])).toMatchFileSnapshot('golden/openai-chunks.txt');
  });

  it('have the usage at the end, and null before it, for who asks', async () => {
    await expect(encode([...beginning, end('length')], true)).toMatchFileSnapshot('golden/openai-usage.txt');
  });

  it('end with an error, without a finish reason and without [DONE], when the answer is cut', async () => {
    const frames = encode([...beginning, failed, end('error')]);
    await expect(frames).toMatchFileSnapshot('golden/openai-error.txt');
    expect(frames).not.toContain('[DONE]');
  });

  it.each(runEndReasons)('have a finish reason of theirs or an error: %s', (reason) => {
    const finish = { complete: 'stop', length: 'length', refused: 'content_filter' }[reason as 'complete'];
    const frames = encode([...beginning, end(reason)]);
    const found = /"finish_reason":"(\w+)"/.exec(frames)?.[1];
    expect(found).toBe(finish);
    expect(frames.includes('"error":')).toBe(finish === undefined);
  });

  it('begin with the role where nothing is said', () => {
    expect(encode([end('refused')])).toMatch(/^data: .*"role":"assistant".*\n\ndata: .*"content_filter"/);
  });
});

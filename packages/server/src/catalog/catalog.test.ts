import { describe, expect, it } from 'vitest';
import { Catalog } from './catalog.ts';

describe('Catalog', () => {
  it('answers with the demo while nothing is configured', () => {
    const catalog = new Catalog(['demo']);
    expect(catalog.resolve().id).toBe('demo/sluice');
    expect(catalog.list().models.filter(({ available }) => available)).toHaveLength(1);
  });

  it('hides the demo and takes the first configured provider as the default', () => {
    const catalog = new Catalog(['openai']);
    expect(catalog.list().default).toMatch(/^openai\//);
    expect(catalog.list().models.map(({ id }) => id)).not.toContain('demo/sluice');
    expect(() => catalog.resolve('demo/sluice')).toThrow(
      expect.objectContaining({ code: 'model_not_found' }),
    );
  });

  it('passes an unknown name under a configured prefix on as it is', () => {
    expect(new Catalog(['openai']).resolve('openai/ft:gpt/mine')).toMatchObject({
      upstreamName: 'ft:gpt/mine',
    });
  });

  it.each(['anthropic/claude-sonnet-5-5', 'nobody/x', 'openai/', 'openai', '/x'])('refuses %j', (id) => {
    expect(() => new Catalog(['openai']).resolve(id)).toThrow(
      expect.objectContaining({ code: 'model_not_found' }),
    );
  });

  it('says when a known model only lacks its key', () => {
    expect(() => new Catalog(['demo']).resolve('anthropic/claude-sonnet-5-5')).toThrow('not configured');
  });
});

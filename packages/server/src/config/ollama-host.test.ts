import { describe, expect, it } from 'vitest';
import { readOllamaHost } from './ollama-host.ts';

describe('readOllamaHost', () => {
  it.each([
    ['127.0.0.1', 'http://127.0.0.1:11434'],
    ['gpu-box', 'http://gpu-box:11434'],
    ['gpu-box:8080', 'http://gpu-box:8080'],
    [':8080', 'http://127.0.0.1:8080'],
    ['http://gpu-box', 'http://gpu-box'],
    ['http://gpu-box:11434/', 'http://gpu-box:11434'],
    ['https://ollama.example.com', 'https://ollama.example.com'],
    ['https://example.com/ollama/', 'https://example.com/ollama'],
    ['gpu-box/ollama', 'http://gpu-box:11434/ollama'],
    ['0.0.0.0', 'http://127.0.0.1:11434'],
    ['0.0.0.0:8080', 'http://127.0.0.1:8080'],
    ['[::1]', 'http://[::1]:11434'],
    ['[::1]:8080', 'http://[::1]:8080'],
    ['::1', 'http://[::1]:11434'],
    ['::', 'http://[::1]:11434'],
  ])('takes %s for %s', (value, url) => {
    expect(readOllamaHost(value)).toBe(url);
  });

  it.each(['ftp://gpu-box', 'a b', 'http://', 'user:secret@gpu-box', 'gpu-box:port', 'http://gpu-box?x'])(
    'takes %s for no address',
    (value) => {
      expect(readOllamaHost(value)).toBeUndefined();
    },
  );
});

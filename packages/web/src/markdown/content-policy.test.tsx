import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import { Markdown } from './markdown.tsx';

const render = (text: string) => renderToStaticMarkup(<Markdown text={text} isWhole />);

describe('what a model writes', () => {
  it.each([
    '<script>alert(1)</script>',
    '<img src=x onerror=alert(1)>',
    'text <b onclick="alert(1)">bold</b> text',
    '<div>\n<iframe src="https://evil.example"></iframe>\n</div>',
    '<!-- comment --><svg onload=alert(1)>',
    '<a href="javascript:alert(1)">x</a>',
  ])('is shown as text where it is markup: %s', (text) => {
    expect(render(text)).not.toMatch(/<(?:script|img|b|div(?! class)|iframe|svg|a)[\s>]/);
    expect(render(text)).toContain('&lt;');
  });

  it('breaks a line at <br>, and nothing else', () => {
    expect(render('one<br>two<br/>three')).toContain('one<br/>two<br/>three');
    expect(render('<br onload=alert(1)>')).toContain('&lt;br');
  });

  it.each([
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    'javascript&#58;alert(1)',
    'javascript&colon;alert(1)',
    'java&#10;script:alert(1)',
    'data:text/html,<script>alert(1)</script>',
    'vbscript:x',
    'file:///etc/passwd',
    '/api/auth/logout',
    '#hash',
    'blob:https://example.com/x',
  ])('makes no link to %s', (href) => {
    const html = render(`[label](<${href}>)`);
    expect(html).toContain('label');
    expect(html).not.toContain('<a');
  });

  it.each(['https://example.com/', 'http://example.com/a?b=1&c=2', 'mailto:ada@example.com'])(
    'links to %s, in another tab that learns nothing of this one',
    (href) => {
      const html = render(`[label](${href})`);
      expect(html).toContain(`href="${href.replaceAll('&', '&amp;')}"`);
      expect(html).toContain('target="_blank" rel="noopener noreferrer"');
    },
  );

  it('puts no image into a link: what loads it leads nowhere', () => {
    const html = render('[![b](https://img.example/a.png)](https://link.example/x)');
    expect(html).toMatch(/<button[^>]*>Load image<.*<a href="https:\/\/link\.example\/x"[^>]*>b<\/a>/);
    expect(html).not.toMatch(/<a [^>]*>(?:(?!<\/a>).)*<(?:a|button|iframe)[ >]/);
    const both = render('[see **the ![](https://img.example/a.png) one**](https://link.example/x)');
    expect(both).toMatch(/Load image.*>see <strong>the {2}one<\/strong><\/a>/);
    expect(render('[![](https://img.example/a.png)](https://link.example/x)')).toContain('>link.example</a>');
    const disguised = render('[![bank.example](https://img.example/a.png)](https://link.example/x)');
    expect(disguised).toContain('bank.example</a><span class="link-host"> (link.example)</span>');
  });

  it('fetches no image, and offers to', () => {
    const html = render(
      '![chart](https://example.com/a.png "t") and ![ref][r]\n\n[r]: https://example.com/b.png',
    );
    expect(html).not.toMatch(/<img|<iframe/);
    expect(html.match(/Load image/g)).toHaveLength(2);
    expect(html.match(/<a href="https:\/\/example\.com\//g)).toHaveLength(2);
    expect(html).toContain('example.com');
  });

  it('offers no image from anywhere but the web', () => {
    expect(render('![x](javascript:alert(1))')).toBe('<div class="prose"><p><span>x</span></p></div>');
  });

  it('puts headings below those of the page', () => {
    expect(render('# One\n\n## Two\n\n###### Six')).toMatch(/<h3>One<\/h3><h4>Two<\/h4><h6>Six<\/h6>/);
  });

  it('keeps the exact source of code', () => {
    const code = Array.from({ length: 100 }, (_, line) => `  line ${line} <b>&amp;`).join('\n');
    const html = render('```ts\n' + code + '\n```');
    const shown = /<code>(.*)<\/code>/s.exec(html)?.[1]?.replaceAll(/<\/?span[^>]*>/g, '') ?? '';
    expect(shown.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')).toBe(code);
  });

  it('reads ~ as about and ~~ as deleted', () => {
    expect(render('~40 to ~60')).toContain('<p>~40 to ~60</p>');
    expect(render('~~gone~~')).toContain('<del>gone</del>');
  });
});

import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import { Markdown } from './markdown.tsx';

const render = (text: string, isWhole = true) =>
  renderToStaticMarkup(<Markdown text={text} isWhole={isWhole} />);
const note = /<div id="([^"]+)"[^>]*class="footnote">.*?<\/div>/gs;

describe('footnotes', () => {
  it('stand below the answer, wherever they were written, and lead back', () => {
    const html = render('[^a]: The **note**.\n\nSaid[^a] and shown.');
    expect(html.indexOf('shown')).toBeLessThan(html.indexOf('<section'));
    const id = note.exec(html)?.[1] ?? 'none';
    expect(html).toContain(`<a href="#${id}" aria-label="Footnote a">a</a>`);
    expect(html).toContain('<p>The <strong>note</strong>.</p>');
    const mark = /<sup id="([^"]+)"/.exec(html)?.[1] ?? 'none';
    expect(html).toContain(`<a href="#${mark}" aria-label="Back to the text">`);
  });

  it('may follow each other without a blank line, and hold several paragraphs', () => {
    const html = render('x[^1][^2]\n\n[^1]: one\n[^2]: two\n\n    more\n\nThe end of it.');
    expect(html.match(note)).toHaveLength(2);
    expect(html).toContain('<p>two</p><p>more</p>');
    expect(html).toContain('<p>The end of it.</p>');
  });

  it('are looked for while the answer grows, and are text when there are none in the end', () => {
    expect(render('Said[^1] so', false)).toContain('Said<sup>1</sup> so');
    expect(render('Said[^1] so')).toContain('Said[^1] so');
  });

  it('count once', () => {
    const html = render('x[^1]\n\n[^1]: first\n\n[^1]: second');
    expect(html.match(note)).toHaveLength(1);
    expect(html).toContain('first');
    expect(html).not.toContain('second');
  });

  it('know no names that every object has', () => {
    expect(render('x[^constructor] and [^__proto__]')).toContain('x[^constructor] and [^__proto__]');
  });

  it('stay where they are within other blocks', () => {
    expect(render('> x[^1]\n>\n> [^1]: in a quotation')).toContain(
      '[^1]: <p>in a quotation</p></blockquote>',
    );
  });
});

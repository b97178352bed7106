import { describe, expect, it } from 'vitest';
import { renderToStaticMarkup } from 'react-dom/server';
import { drawFormula } from './draw-formula.ts';
import { typesetFormula } from './typeset-formula.ts';

function draw(tex: string, isDisplay = false): string | null {
  const node = typesetFormula(tex, isDisplay);
  // As it is posted.
  return node === null ? null : renderToStaticMarkup(drawFormula(structuredClone(node)));
}

describe('a formula', () => {
  it('is set from plain data, with MathML beside it', () => {
    const html = draw('\\frac{1}{2}', true) ?? '';
    expect(html).toContain('<math xmlns="http://www.w3.org/1998/Math/MathML" display="block">');
    expect(html).toContain('<mfrac>');
    expect(html).toContain('aria-hidden="true"');
    expect(html).toMatch(/style="height:[\d.]+em/);
  });

  it('keeps stretchy signs', () => {
    expect(draw('\\sqrt{\\frac{x}{y}} \\xrightarrow{\\text{long}}')).toMatch(
      /<svg[^>]*viewBox[^>]*><path d="M/,
    );
  });

  it.each(['\\frac{1}{', '\\nosuchcommand{x}', '\\def\\a{\\a\\a}\\a', '{'.repeat(2000), 'x'.repeat(20_000)])(
    'is none: %s',
    (tex) => {
      expect(typesetFormula(tex, false)).toBe(null);
    },
  );

  it.each([
    '\\href{javascript:alert(1)}{x}',
    '\\url{https://evil.test}',
    '\\includegraphics{https://evil.test/a.png}',
    '\\htmlData{onclick=alert(1)}{x}',
    '\\htmlId{root}{x}',
    '\\htmlStyle{background:url(https://evil.test)}{x}',
  ])('leads nowhere and loads nothing: %s', (tex) => {
    expect(draw(tex) ?? '').not.toMatch(/<a[ >]|<img| (?:href|src|onclick|id)=|style="[^"]*url/);
  });

  it('draws no element and no attribute that a formula has no use for', () => {
    const html = renderToStaticMarkup(
      drawFormula({
        tag: 'script',
        attributes: { src: 'https://evil.test' },
        style: {},
        children: [
          'x',
          { tag: 'span', attributes: { onclick: 'alert(1)', className: 'a' }, style: {}, children: [] },
        ],
      }),
    );
    expect(html).toBe('<span>x<span class="a"></span></span>');
  });
});

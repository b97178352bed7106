import type { MarkedToken, Token, Tokens } from 'marked';
import { Fragment, type ReactNode, createElement, memo } from 'react';
import { t, useLanguage } from '../ui/text.ts';
import { CodeBlock } from './code-block.tsx';
import { decodeEntities } from './decode-entities.ts';
import type { FootnoteMarkToken, FootnoteToken } from './footnote-syntax.ts';
import { FootnoteMark } from './footnotes.tsx';
import { Formula } from './formula.tsx';
import { readTokens } from './lex-block.ts';
import { liftImages } from './lift-images.ts';
import { LinkHost } from './link-host.tsx';
import type { MathToken } from './math-syntax.ts';
import { RemoteImage } from './remote-image.tsx';
import { safeLink } from './safe-url.ts';

/** Headings of an answer stand below the page's own h1 and h2. */
const headingTags = ['h3', 'h4', 'h5', 'h6', 'h6', 'h6'] as const;
const lineBreak = /^<br *\/?>$/i;

/** @returns marked's tokens as React elements: no HTML string in between, and none that a model wrote */
export function renderTokens(tokens: Token[] | undefined): ReactNode {
  if (tokens === undefined) return null;
  // These are all that our lexer makes.
  return readTokens(tokens).map((token, index) => (
    <Fragment key={index}>{renderToken(token as MarkedToken | OwnToken)}</Fragment>
  ));
}

type OwnToken = MathToken | FootnoteToken | FootnoteMarkToken;

function isOwn(token: MarkedToken | OwnToken): token is OwnToken {
  return token.type === 'math' || token.type === 'footnote' || token.type === 'footnote-mark';
}

function renderOwn(token: OwnToken): ReactNode {
  switch (token.type) {
    case 'math':
      return (
        <Formula tex={token.tex} isDisplay={token.isDisplay} isBlock={token.isBlock} isOpen={token.isOpen} />
      );
    case 'footnote-mark':
      return <FootnoteMark label={token.label} />;
    case 'footnote':
      // Within another block it stays where it is; those between blocks stand at the end.
      return (
        <>
          [^{token.label}]: {renderTokens(token.tokens)}
        </>
      );
    default:
      return token satisfies never;
  }
}

function renderToken(token: MarkedToken | OwnToken): ReactNode {
  if (isOwn(token)) return renderOwn(token);
  switch (token.type) {
    case 'paragraph':
      return <p>{renderTokens(token.tokens)}</p>;
    case 'heading':
      return createElement(headingTags[token.depth - 1] ?? 'h6', null, renderTokens(token.tokens));
    case 'code':
      return <CodeBlock code={token.text} info={token.lang ?? ''} />;
    case 'blockquote':
      return <blockquote>{renderTokens(token.tokens)}</blockquote>;
    case 'list':
      return <List token={token} />;
    case 'list_item':
      return <ListItem item={token} />;
    case 'table':
      return <Table token={token} />;
    case 'hr':
      return <hr />;
    case 'html':
      return renderHtml(token);
    case 'space':
    case 'def':
      return null;
    default:
      return renderInline(token);
  }
}

type InlineToken = Exclude<
  MarkedToken,
  | Tokens.Paragraph
  | Tokens.Heading
  | Tokens.Code
  | Tokens.Blockquote
  | Tokens.List
  | Tokens.ListItem
  | Tokens.Table
  | Tokens.Hr
  | Tokens.HTML
  | Tokens.Tag
  | Tokens.Space
  | Tokens.Def
>;

function renderInline(token: InlineToken): ReactNode {
  switch (token.type) {
    case 'text':
      if (token.tokens) return renderTokens(token.tokens);
      return token.escaped ? token.text : decodeEntities(token.text);
    case 'escape':
      return token.text;
    case 'strong':
      return <strong>{renderTokens(token.tokens)}</strong>;
    case 'em':
      return <em>{renderTokens(token.tokens)}</em>;
    case 'del':
      // A single tilde means "about" far more often than "deleted".
      if (token.raw.startsWith('~~')) return <del>{renderTokens(token.tokens)}</del>;
      return <>~{renderTokens(token.tokens)}~</>;
    case 'codespan':
      return <code>{token.text}</code>;
    case 'br':
      return <br />;
    case 'link':
      return renderLink(token);
    case 'image':
      return renderImage(token);
    case 'checkbox':
      return <TaskMark isDone={token.checked} />;
    default:
      return token satisfies never;
  }
}

/** Markup is shown as it is written; only a line break, which models use in table cells, does what it says. */
function renderHtml(token: Tokens.HTML | Tokens.Tag): ReactNode {
  if (lineBreak.test(token.text.trim())) return <br />;
  return token.block ? <p className="whitespace-pre-wrap">{token.raw.trimEnd()}</p> : token.raw;
}

function renderImage({ href, text }: Tokens.Image): ReactNode {
  return <RemoteImage href={href} alt={decodeEntities(text)} />;
}

function renderLink(token: Tokens.Link): ReactNode {
  const href = safeLink(token.href);
  if (href === null) return renderTokens(token.tokens);
  const { images, tokens, text } = liftImages(token.tokens);
  return (
    <>
      {images.map((image, index) => (
        <Fragment key={index}>{renderImage(image)}</Fragment>
      ))}
      <a href={href} target="_blank" rel="noopener noreferrer" title={token.title ?? undefined}>
        {text.trim() === '' ? hostOf(href) : renderTokens(tokens)}
      </a>
      <LinkHost href={href} text={text} />
    </>
  );
}

function hostOf(href: string): string {
  const { hostname, pathname } = new URL(href);
  return hostname || pathname;
}

function TaskMark({ isDone }: { isDone: boolean }) {
  useLanguage();
  return <input type="checkbox" checked={isDone} readOnly disabled aria-label={t('Task')} />;
}

function List({ token }: { token: Tokens.List }): ReactNode {
  const items = token.items.map((item, index) => <ListItem key={index} item={item} />);
  if (!token.ordered) return <ul>{items}</ul>;
  return <ol start={token.start === '' ? undefined : token.start}>{items}</ol>;
}

// In a long list or table only the last item or row is new.
const ListItem = memo(
  function ListItem({ item }: { item: Tokens.ListItem }) {
    return <li className={item.task ? 'task' : undefined}>{renderTokens(item.tokens)}</li>;
  },
  (before, after) => before.item.raw === after.item.raw && before.item.loose === after.item.loose,
);

function renderCells(cells: readonly Tokens.TableCell[], tag: 'td' | 'th'): ReactNode {
  return cells.map((cell, index) =>
    createElement(tag, { key: index, 'data-align': cell.align ?? undefined }, renderTokens(cell.tokens)),
  );
}

const TableRow = memo(
  function TableRow({ cells }: { cells: readonly Tokens.TableCell[] }) {
    return <tr>{renderCells(cells, 'td')}</tr>;
  },
  (before, after) =>
    before.cells.length === after.cells.length &&
    before.cells.every((cell, index) => {
      const other = after.cells[index];
      return cell.text === other?.text && cell.align === other.align;
    }),
);

function Table({ token }: { token: Tokens.Table }): ReactNode {
  useLanguage();
  return (
    <div className="table-box" tabIndex={0} role="group" aria-label={t('Table')}>
      <table>
        <thead>
          <tr>{renderCells(token.header, 'th')}</tr>
        </thead>
        <tbody>
          {token.rows.map((cells, index) => (
            <TableRow key={index} cells={cells} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

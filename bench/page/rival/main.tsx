import 'katex/dist/katex.min.css';
import { memo, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { createRoot } from 'react-dom/client';
import ReactMarkdown from 'react-markdown';
import rehypeHighlight from 'rehype-highlight';
import rehypeKatex from 'rehype-katex';
import remarkGfm from 'remark-gfm';
import remarkMath from 'remark-math';
import { historyMessages } from '../answer-text.ts';
import { streamText } from './stream-text.ts';
import './rival.css';

// The page as it is usually built: the whole answer is given to react-markdown with each token, or once per frame.
const remarkPlugins = [remarkGfm, remarkMath];
const rehypePlugins = [rehypeKatex, rehypeHighlight];
const isPerFrame = new URLSearchParams(location.search).get('pace') === 'frame';

const Answer = memo(function Answer({ text }: { text: string }) {
  return (
    <article aria-label="Assistant">
      <ReactMarkdown remarkPlugins={remarkPlugins} rehypePlugins={rehypePlugins}>
        {text}
      </ReactMarkdown>
    </article>
  );
});

function usePacedText(): [text: string, add: (more: string) => void] {
  const [text, setText] = useState('');
  const waiting = useRef('');
  const add = (more: string) => {
    if (!isPerFrame) return setText((before) => before + more);
    if (waiting.current === '') {
      requestAnimationFrame(() => {
        const added = waiting.current;
        waiting.current = '';
        setText((before) => before + added);
      });
    }
    waiting.current += more;
  };
  return [text, add];
}

function Composer({ onSend }: { onSend: () => void }) {
  const [draft, setDraft] = useState('');
  return (
    <textarea
      aria-label="Message"
      value={draft}
      onChange={(event) => setDraft(event.target.value)}
      onKeyDown={(event) => {
        if (event.key !== 'Enter') return;
        event.preventDefault();
        setDraft('');
        onSend();
      }}
    />
  );
}

function Chat() {
  const [text, add] = usePacedText();
  const [phase, setPhase] = useState<'idle' | 'streaming' | 'done'>('idle');
  const [history, setHistory] = useState<ReturnType<typeof historyMessages>>([]);
  const log = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const [box, inner] = [log.current, content.current];
    if (box === null || inner === null) return;
    const observer = new ResizeObserver(() => (box.scrollTop = box.scrollHeight));
    observer.observe(inner);
    return () => observer.disconnect();
  }, []);
  useEffect(() => {
    Object.assign(window, { openHistory: (count: number) => setHistory(historyMessages(count)) });
  }, []);
  const send = async () => {
    setPhase('streaming');
    await streamText('/stream', add);
    // What waits for a frame is drawn with it.
    requestAnimationFrame(() => setPhase('done'));
  };
  return (
    <div className="page">
      <div role="log" aria-label="Conversation" ref={log}>
        <div ref={content}>
          {history.map(({ role, content: said }, index) =>
            role === 'user' ? <article key={index}>{said}</article> : <Answer key={index} text={said} />,
          )}
          <div data-stream={phase}>{text !== '' && <Answer text={text} />}</div>
        </div>
      </div>
      <Composer onSend={() => void send()} />
    </div>
  );
}

const root = document.getElementById('root');
if (root !== null) createRoot(root).render(<Chat />);

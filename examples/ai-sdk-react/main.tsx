// npm install ai @ai-sdk/react react react-dom vite: the page of a Vite app, whose origin stands in CORS_ORIGINS of Sluice.
import { useChat } from '@ai-sdk/react';
import { DefaultChatTransport } from 'ai';
import { useState } from 'react';
import { createRoot } from 'react-dom/client';

const url: string = import.meta.env.VITE_SLUICE_URL ?? 'http://127.0.0.1:3000';
const token: string = import.meta.env.VITE_SLUICE_TOKEN;
const api = `${url}/api/ai-sdk/chat`;
const headers = { Authorization: `Bearer ${token}` };
const transport = new DefaultChatTransport({ api, headers });
const id: string = (sessionStorage['chat'] ??= crypto.randomUUID());

/** The answer's stream then ends by itself; `stop()` of useChat would let it run on for its grace. */
const stop = () => fetch(`${api}/${encodeURIComponent(id)}/stop`, { method: 'POST', headers });

function Chat() {
  const [text, setText] = useState('');
  const { messages, sendMessage, status, error } = useChat({ id, transport, resume: true });
  const isBusy = status === 'submitted' || status === 'streaming';
  const send = () => {
    setText('');
    void sendMessage({ text });
  };
  return (
    <form action={isBusy ? () => void stop() : send}>
      {messages.map((message) => (
        <p key={message.id}>
          <b>{message.role}</b> {message.parts.map((part) => (part.type === 'text' ? part.text : ''))}
        </p>
      ))}
      {error && <p role="alert">{error.message}</p>}
      <input aria-label="Message" value={text} onChange={(event) => setText(event.target.value)} />
      <button>{isBusy ? 'Stop' : 'Send'}</button>
    </form>
  );
}

createRoot(document.getElementById('root') ?? document.body).render(<Chat />);

import type { AnswerMetadata } from '@sluice/shared';
import { Chat as Chat5 } from 'ai-react2';
import { Chat as Chat6 } from 'ai-react3';
import { Chat as Chat7 } from 'ai-react4';
import * as ai5 from 'ai5';
import * as ai6 from 'ai6';
import * as ai7 from 'ai7';

/** What the majors of the Vercel AI SDK have in common, as far as tests use it. */
export interface AiSdkMessage {
  id: string;
  role: string;
  parts: { type: string; text?: string; state?: string }[];
  metadata?: AnswerMetadata;
}

export interface AiSdkChat {
  status: 'submitted' | 'streaming' | 'ready' | 'error';
  error: Error | undefined;
  messages: AiSdkMessage[];
  sendMessage(message: object, options?: { body?: object }): Promise<void>;
  regenerate(options?: { body?: object }): Promise<void>;
  stop(): Promise<void>;
  resumeStream(): Promise<void>;
}

export interface AiSdkChatOptions {
  id: string;
  transport: object;
  messages?: AiSdkMessage[];
  messageMetadataSchema?: object;
  onData?: (part: { type: string }) => void;
  onFinish?: (end: { finishReason?: string; isAbort: boolean; isError: boolean }) => void;
}

export interface AiSdkMajor {
  /** The class that `useChat` stands on. */
  Chat: new (options: AiSdkChatOptions) => AiSdkChat;
  DefaultChatTransport: new (options: object) => object;
  TextStreamChatTransport: new (options: object) => object;
}

/** Each by its number. Their types have nothing in common, for each has its own messages. */
export const aiSdkMajors = Object.entries({
  5: { ...ai5, Chat: Chat5 },
  6: { ...ai6, Chat: Chat6 },
  7: { ...ai7, Chat: Chat7 },
}) as unknown as [string, AiSdkMajor][];

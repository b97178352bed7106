import { type IncrementResponse, MemoryStore } from 'express-rate-limit';

/**
 * Counts in this process. The library's windows end by the wall clock: one that is set back by an hour would shut out whoever goes on
 * asking for that hour.
 */
export class OwnRateStore extends MemoryStore {
  override async increment(key: string): Promise<IncrementResponse> {
    const counted = await this.get(key);
    const leftMs = (counted?.resetTime?.getTime() ?? 0) - Date.now();
    if (leftMs > this.windowMs) await this.resetKey(key);
    return super.increment(key);
  }
}

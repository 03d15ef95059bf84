import type { Language } from '../composition/language.js';

/** Where a command writes and what it knows of its surroundings; handed in, so that a test reads what a person would. */
export interface Terminal {
  /** Results, and nothing else: what a script reads. */
  out(text: string | Uint8Array): void;
  /** Progress, hints, errors. */
  err(text: string): void;
  readonly language: Language;
}
export type { Language };

export const pick = ({ language }: Terminal, zh: string, en: string): string => (language === 'zh' ? zh : en);

import { fill, type Json, type RefusalCatalogue } from '#kernel';
import type { z } from 'zod';
import type { ExplainedRefusal } from '../contract.js';

/** A refusal that is part of an answer: its code with what it says and what to do, in both languages. */
export function explained(
  { code, details }: { readonly code: string; readonly details: Readonly<Record<string, Json>> },
  catalogue: RefusalCatalogue,
): z.input<typeof ExplainedRefusal> {
  const text = catalogue[code];
  const said = (zh = '', en = '') => ({ 'zh-CN': fill(zh, details), en: fill(en, details) });
  return { code, details: { ...details }, rule: said(text?.zh, text?.en), satisfy: said(text?.satisfyZh, text?.satisfyEn) };
}

import type { SensitiveType } from '#datasets/contract';
import type { Technique } from '../contract.js';

/**
 * What a type does to whoever it is about: `direct` points at one subject by itself, `quasi` together with others, `mixed` may hold
 * anything. Direct and mixed columns are never kept as they are (DES-03).
 */
export type Exposure = 'direct' | 'quasi' | 'mixed' | 'none';

interface TypeRule {
  readonly zh: string;
  readonly en: string;
  readonly exposure: Exposure;
  readonly grade: 'L1' | 'L2' | 'L3' | 'L4';
  /** What may be done with it, beside drop, redact and pseudonym, which fit every type. */
  readonly fits: readonly Technique['kind'][];
  /** What detection proposes. */
  readonly proposed: Technique;
}

const pseudonym = (purpose: string): Technique => ({ kind: 'pseudonym', algorithm: 'hmac-sm3', purpose, hexLength: 32 });
const plain: readonly Technique['kind'][] = [
  'keep',
  'mask-ends',
  'generalise',
  'round',
  'top-bottom',
  'suppress-rare',
  'shift-days',
  'laplace-noise',
  'shuffle',
];

export const typeRules: Readonly<Record<SensitiveType, TypeRule>> = {
  'resident-id': {
    zh: '居民身份证号',
    en: 'resident ID',
    exposure: 'direct',
    grade: 'L4',
    fits: ['mask', 'encipher'],
    proposed: pseudonym('resident-id'),
  },
  uscc: {
    zh: '统一社会信用代码',
    en: 'unified social credit code',
    exposure: 'direct',
    grade: 'L2',
    fits: ['mask'],
    proposed: pseudonym('uscc'),
  },
  mobile: {
    zh: '手机号',
    en: 'mobile number',
    exposure: 'direct',
    grade: 'L3',
    fits: ['mask', 'encipher'],
    // What a mask leaves of a number is nearly unique beside a masked name.
    proposed: pseudonym('mobile'),
  },
  landline: {
    zh: '固定电话',
    en: 'landline',
    exposure: 'direct',
    grade: 'L3',
    fits: ['mask'],
    proposed: { kind: 'mask', shape: 'landline' },
  },
  'bank-card': {
    zh: '银行卡号',
    en: 'bank card',
    exposure: 'direct',
    grade: 'L4',
    fits: ['mask', 'encipher'],
    proposed: pseudonym('bank-card'),
  },
  passport: { zh: '护照号', en: 'passport', exposure: 'direct', grade: 'L4', fits: ['mask'], proposed: pseudonym('passport') },
  'hk-macao-permit': {
    zh: '港澳通行证',
    en: 'Hong Kong/Macao permit',
    exposure: 'direct',
    grade: 'L4',
    fits: ['mask'],
    proposed: pseudonym('permit'),
  },
  'taiwan-permit': {
    zh: '台湾通行证',
    en: 'Taiwan permit',
    exposure: 'direct',
    grade: 'L4',
    fits: ['mask'],
    proposed: pseudonym('permit'),
  },
  plate: { zh: '车牌号', en: 'number plate', exposure: 'direct', grade: 'L3', fits: ['mask'], proposed: { kind: 'mask', shape: 'plate' } },
  name: { zh: '姓名', en: 'name', exposure: 'direct', grade: 'L3', fits: ['mask'], proposed: { kind: 'mask', shape: 'name' } },
  address: {
    zh: '地址',
    en: 'address',
    exposure: 'direct',
    grade: 'L3',
    fits: ['generalise'],
    proposed: { kind: 'generalise', to: { by: 'address', level: 'district' } },
  },
  email: { zh: '电子邮箱', en: 'e-mail', exposure: 'direct', grade: 'L3', fits: ['mask'], proposed: { kind: 'mask', shape: 'email' } },
  ipv4: { zh: 'IPv4 地址', en: 'IPv4 address', exposure: 'direct', grade: 'L3', fits: ['mask'], proposed: { kind: 'mask', shape: 'ip' } },
  ipv6: { zh: 'IPv6 地址', en: 'IPv6 address', exposure: 'direct', grade: 'L3', fits: [], proposed: pseudonym('ip') },
  mac: { zh: 'MAC 地址', en: 'MAC address', exposure: 'direct', grade: 'L3', fits: ['mask'], proposed: pseudonym('device') },
  'birth-date': {
    zh: '出生日期',
    en: 'date of birth',
    exposure: 'quasi',
    grade: 'L3',
    fits: ['generalise', 'shift-days'],
    proposed: { kind: 'generalise', to: { by: 'date', unit: 'year' } },
  },
  coordinates: {
    zh: '经纬度',
    en: 'coordinates',
    exposure: 'direct',
    grade: 'L3',
    fits: ['round', 'generalise'],
    proposed: { kind: 'round', decimals: 2, mode: 'truncate' },
  },
  'free-text': { zh: '自由文本', en: 'free text', exposure: 'mixed', grade: 'L3', fits: [], proposed: { kind: 'drop' } },
  'medical-record-number': {
    zh: '病历号',
    en: 'medical record number',
    exposure: 'direct',
    grade: 'L4',
    fits: ['mask-ends', 'encipher'],
    proposed: pseudonym('medical-record'),
  },
  'account-number': {
    zh: '账号',
    en: 'account number',
    exposure: 'direct',
    grade: 'L3',
    fits: ['mask-ends', 'encipher'],
    proposed: pseudonym('account'),
  },
  none: { zh: '非敏感', en: 'not sensitive', exposure: 'none', grade: 'L1', fits: plain, proposed: { kind: 'keep' } },
};

/** The mask whose shape belongs to a type; a type that is not here has no fixed mask. */
export const maskOf: Readonly<Partial<Record<SensitiveType, string>>> = {
  'resident-id': 'resident-id',
  uscc: 'uscc',
  mobile: 'mobile',
  landline: 'landline',
  'bank-card': 'bank-card',
  passport: 'passport',
  'hk-macao-permit': 'permit',
  'taiwan-permit': 'permit',
  plate: 'plate',
  name: 'name',
  email: 'email',
  ipv4: 'ip',
  mac: 'mac',
};
export const pointsAtOne = (type: SensitiveType): boolean => typeRules[type].exposure === 'direct';

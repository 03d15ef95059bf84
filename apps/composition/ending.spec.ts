import 'reflect-metadata';
import { Refusal } from '#kernel';
import { ConfigurationError } from '#platform/config';
import { describe, expect, it } from '@jest/globals';
import { endingOf } from './ending.js';

const secret = 'p4ssw0rd';
const fault = (more: object, message = secret): Error => Object.assign(new Error(message), more);

describe('how a process ends that cannot go on', () => {
  it.each([
    ['configuration', new ConfigurationError([{ path: 'http.port', problem: 'a number is needed' }]), 'http.port: a number is needed'],
    ['away', fault({ code: 'ECONNREFUSED' }), 'the database does not answer'],
    ['refused', new Refusal('keys.file-damaged'), '[keys.file-damaged]'],
    ['refused', fault({ code: 'EADDRINUSE', syscall: 'listen', address: '127.0.0.1', port: 8080 }), '127.0.0.1:8080 is in use'],
    ['refused', fault({ code: 'EACCES', syscall: 'listen', address: '127.0.0.1', port: 80 }), 'cannot listen at 127.0.0.1:80 (EACCES)'],
    ['configuration', fault({ code: 'ENOENT', syscall: 'open', path: '/run/api.url' }), '/run/api.url is not there'],
    ['configuration', fault({ code: 'EISDIR', syscall: 'read' }), 'a file that the configuration names is a folder'],
    ['configuration', fault({ driverError: { code: '28P01' } }), 'PostgreSQL refused the password'],
    ['refused', fault({ driverError: { code: '42P01' } }), 'composition/migrate.js'],
    ['configuration', fault({ name: 'YAMLException' }), 'cluster.kubeconfig'],
    ['fault', new TypeError(secret), 'a defect of the program (TypeError at '],
  ] as const)('is said in one line with what to do, in both languages: %s', (why, thrown, said) => {
    const [en, zh] = [endingOf(thrown, 'en'), endingOf(thrown, 'zh')];
    expect([en.why, zh.why]).toEqual([why, why]);
    expect(en.said).toContain(said);
    for (const one of [en, zh]) {
      expect(one.said).not.toContain('\n');
      expect(one.said).not.toContain(secret);
    }
    if (why !== 'configuration' || !(thrown instanceof ConfigurationError)) expect(zh.said).toMatch(/\p{Script=Han}/u);
  });
});

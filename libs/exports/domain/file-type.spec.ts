import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { typeOf, type FileTyping } from './file-type.js';

const typed = (content: string | Buffer, name = 'result.csv'): Promise<FileTyping> => {
  const head = typeof content === 'string' ? Buffer.from(content, 'utf8') : content;
  return typeOf({ name, size: head.length, head, tail: head });
};
const bytes = (...parts: (string | number[])[]): Buffer =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : Buffer.from(part))));

describe('typing by content', () => {
  it('knows a table in UTF-8, GB18030 and UTF-16 by its content', async () => {
    const text = '区,人数\n西湖区,120\n滨江区,88\n';
    expect(await typed(text, 'no-extension')).toMatchObject({ treatment: 'table', encoding: 'utf-8', delimiter: ',' });
    const gb = bytes([0xc7, 0xf8], ',', [0xc8, 0xcb, 0xca, 0xfd], '\n', [0xce, 0xf7, 0xba, 0xfe], ',120\n', [0xb1, 0xf5], ',88\n');
    expect(await typed(gb)).toMatchObject({ treatment: 'table', encoding: 'gb18030' });
    expect(await typed(bytes([0xff, 0xfe], [...Buffer.from('a;b\n1;2\n3;4\n', 'utf16le')]))).toMatchObject({
      encoding: 'utf-16le',
      delimiter: ';',
    });
    expect(await typed('a\tb\n1\t2\n3\t4\n', 'x')).toMatchObject({ delimiter: '\t' });
  });

  it('takes prose, JSON and mark-up as text and a name in .csv as a table that has to stand the reading', async () => {
    expect(await typed('The result is good, we think.\nIt holds.\nAnd more, and more, of it.\n', 'report.txt')).toMatchObject({
      treatment: 'text',
    });
    expect(await typed('{"a": 1}', 'a.json')).toMatchObject({ kind: 'json' });
    expect(await typed('<html><body>fine</body></html>', 'a.html')).toMatchObject({ kind: 'xml' });
    expect(await typed('one column\nand no delimiter\n', 'a.csv')).toMatchObject({ treatment: 'table' });
  });

  it.each<[string, Buffer, string]>([
    ['a pickle', bytes([0x80, 0x04, 0x95], '\0\0\0'), 'executable-format'],
    ['a pickle of protocol 0', bytes("cos\nsystem\n(S'ls'\ntR."), 'executable-format'],
    ['an ELF program', bytes([0x7f], 'ELF', [2, 1, 1, 0]), 'executable-format'],
    ['a Windows program', bytes('MZ', [0x90, 0, 3, 0]), 'executable-format'],
    ['a Java class', bytes([0xca, 0xfe, 0xba, 0xbe, 0, 0, 0, 0x34]), 'executable-format'],
    ['WebAssembly', bytes([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]), 'executable-format'],
    ['a numpy array, which may hold pickles', bytes([0x93], 'NUMPY', [1, 0]), 'executable-format'],
    ['a shell script', bytes('#!/bin/sh\nrm -rf /\n'), 'executable-format'],
    ['an old office document, which may hold macros', bytes([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]), 'executable-format'],
    ['HTML with a script', bytes('<html><script>fetch("/")</script></html>'), 'active-content'],
    ['an SVG with a handler', bytes('<svg onload="x()"></svg>'), 'active-content'],
    ['a PDF with JavaScript', bytes('%PDF-1.7\n1 0 obj << /OpenAction << /JS (x) >> >>'), 'active-content'],
    ['an encrypted PDF', bytes('%PDF-1.7\ntrailer << /Encrypt 5 0 R >>'), 'encrypted'],
    ['an age file', bytes('age-encryption.org/v1\n-> X25519 a\n', [0, 1, 2, 3]), 'encrypted'],
    ['a PGP message', bytes('-----BEGIN PGP MESSAGE-----\n\nhQ\n'), 'encrypted'],
    ['a gzip archive', bytes([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]), 'archive'],
    ['Parquet', bytes('PAR1', [0x15, 0x04, 0, 0], 'PAR1'), 'unread-table'],
    ['noise', bytes([0x00, 0x9c, 0xff, 0xfe, 0x01, 0x00]), 'unknown-format'],
    ['nothing', Buffer.alloc(0), 'empty-file'],
  ])('refuses %s by its content, whatever its name [EXP-02]', async (_, content, finding) => {
    expect(await typed(content, 'harmless.csv')).toMatchObject({ treatment: 'refused', finding });
  });

  it('leaves images and plain PDF to people', async () => {
    const png = bytes(
      [0x89],
      'PNG\r\n',
      [0x1a, 0x0a, 0, 0, 0, 13],
      'IHDR',
      [0, 0, 0, 1, 0, 0, 0, 1, 8, 2, 0, 0, 0],
      [0, 0, 0, 0],
      [0, 0, 0, 0],
      'IDAT',
    );
    expect(await typed(png, 'figure.png')).toMatchObject({ treatment: 'by-people', kind: 'png' });
    expect(await typed(bytes('%PDF-1.7\n1 0 obj << /Type /Catalog >>'))).toMatchObject({ treatment: 'by-people', kind: 'pdf' });
  });

  it('answers something for any bytes, and never a table for bytes that are not text', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (content) => {
        const typing = await typed(Buffer.from(content), 'x.csv');
        expect(['table', 'text', 'by-people', 'refused']).toContain(typing.treatment);
        if (content.includes(0) && !(content[0] === 0xff && content[1] === 0xfe))
          expect(['by-people', 'refused']).toContain(typing.treatment);
      }),
    );
  });
});

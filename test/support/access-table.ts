export const accessTable: Readonly<Record<string, Readonly<Record<string, string>>>> = {};

import type { Id } from '#kernel';

/** Where a scenario's exports lie: the files in quarantine and the safe previews of each round, all under the scenario's key. */
export const exportsFolder = (scenarioId: Id): string => `scenarios/${scenarioId}/quarantine/exports`;
export const quarantineOf = (row: { readonly id: Id; readonly scenarioId: Id }): string => `${exportsFolder(row.scenarioId)}/${row.id}`;
export const previewOf = (row: { readonly id: Id; readonly scenarioId: Id; readonly round: number }): string =>
  `${quarantineOf(row)}/preview-${String(row.round)}.json`;
export const scenarioKey = (scenarioId: Id): string => `scenario/${scenarioId}`;

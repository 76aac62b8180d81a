import pc from 'picocolors';

/** How text is painted: in colour for a terminal, plain elsewhere. */
export type Paint = ReturnType<typeof pc.createColors>;

export function paint(color: boolean): Paint {
  return pc.createColors(color);
}

/**
 * The sections of NIST SP 800-63B-4 that ask something of whoever runs a service, down to where the table speaks of them: the parts of 2.1
 * to 2.3, 3.1.2 to 3.1.7 and 3.2 stand in one row each. Binding at enrollment (4.1.1) leads to SP 800-63A; 6 to 9 and Appendix A are informative.
 */
const to = (before: string, last: number): string[] => Array.from({ length: last }, (_, at) => `${before}.${at + 1}`)

export const nistSections: readonly string[] = [
  '2.1', '2.2', '2.3', ...to('2.4', 4),
  ...to('3.1.1', 2), ...to('3.1', 7).slice(1), ...to('3.2', 13),
  '4.1', ...to('4.1.2', 2), '4.1.3', '4.1.4', '4.2.1', ...to('4.2.1', 4), ...to('4.2.2', 3), '4.2.3', '4.3', '4.4', '4.5', '4.6',
  '5.1', '5.1.1', '5.1.2', '5.2', '5.3', 'Appendix B',
]

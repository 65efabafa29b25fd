/** What divisions do: their departments, the titles people bear in them, and what those people can do. */
import { entries } from './names/culture.ts'

interface Work {
  name: string
  departments: string
  titles: string
  skills: string
  jobCode: string
}

const table: Work[] = [
  {
    name: 'Operations',
    departments: `Production Planning, Assembly, Quality Assurance, Warehouse, Shipping, Maintenance,
      Process Engineering`,
    titles: 'Production Planner, Machine Operator, Quality Inspector, Warehouse Clerk, Dispatcher, Process Engineer',
    skills: 'lean production, Six Sigma, SAP PP, forklift licence, ISO 9001, CNC, first aid, route planning',
    jobCode: 'SPECIALIST',
  },
  {
    name: 'Finance',
    departments: 'Accounting, Controlling, Treasury, Tax, Payroll, Internal Audit, Accounts Receivable',
    titles: 'Accountant, Financial Controller, Treasury Analyst, Tax Adviser, Payroll Clerk, Internal Auditor',
    skills: 'IFRS, consolidation, SAP FI, spreadsheets, cash flow planning, transfer pricing, auditing, budgeting',
    jobCode: 'ANALYST',
  },
  {
    name: 'Technology',
    departments: `Platform Engineering, Application Development, Data, Network, Quality Engineering, Service Desk,
      Architecture`,
    titles: `Software Engineer, Systems Administrator, Data Engineer, Test Engineer, Support Technician,
      Network Engineer`,
    skills: 'PostgreSQL, TypeScript, Java, Kubernetes, Linux, networking, Python, C++, incident response, UX',
    jobCode: 'ENGINEER',
  },
  {
    name: 'Sales',
    departments: 'Key Accounts, Inside Sales, Field Sales, Partner Management, Presales, Sales Operations, Export',
    titles: `Account Manager, Sales Representative, Presales Consultant, Partner Manager, Sales Assistant,
      Export Clerk`,
    skills: 'negotiation, CRM, tendering, presentation, forecasting, market knowledge, contract basics, trade fairs',
    jobCode: 'SALES_REP',
  },
  {
    name: 'Human Resources',
    departments: `Recruiting, Learning, Compensation, Employee Relations, People Analytics, Health and Safety,
      Onboarding`,
    titles: `Recruiter, HR Business Partner, Training Coordinator, Compensation Analyst, HR Assistant,
      Safety Officer`,
    skills: 'interviewing, labour law, mediation, payroll basics, e-learning, coaching, first aid, statistics',
    jobCode: 'SPECIALIST',
  },
  {
    name: 'Customer Service',
    departments: 'Contact Centre, Complaints, Field Service, Spare Parts, Technical Support, Order Desk, Training',
    titles: 'Service Representative, Field Technician, Complaints Officer, Support Engineer, Order Clerk, Team Coach',
    skills: `telephony, ticketing, de-escalation, product knowledge, diagnostics, typing, driving licence,
      English B2`,
    jobCode: 'SERVICE_REP',
  },
  {
    name: 'Research and Development',
    departments: 'Materials, Prototyping, Simulation, Product Design, Patents, Laboratory, Standards',
    titles: `Research Scientist, Design Engineer, Laboratory Assistant, Simulation Engineer, Patent Engineer,
      Draughtsman`,
    skills: 'CAD, finite elements, statistics, laboratory practice, patent search, 3D printing, metrology, GxP',
    jobCode: 'ENGINEER',
  },
  {
    name: 'Marketing',
    departments: 'Brand, Communications, Digital Marketing, Market Research, Events, Product Marketing, Design',
    titles: 'Brand Manager, Copywriter, Graphic Designer, Market Analyst, Event Planner, Community Manager',
    skills: 'copywriting, photo editing, analytics, search engines, survey design, layout, event planning, video',
    jobCode: 'SPECIALIST',
  },
  {
    name: 'Procurement',
    departments: `Strategic Sourcing, Indirect Materials, Supplier Quality, Logistics Purchasing, Contracts,
      Raw Materials`,
    titles: 'Buyer, Category Manager, Supplier Auditor, Contract Clerk, Logistics Planner, Purchasing Assistant',
    skills: 'negotiation, SAP MM, auditing, Incoterms, cost analysis, e-auctions, contract law, customs',
    jobCode: 'ANALYST',
  },
  {
    name: 'Legal and Compliance',
    departments: 'Corporate Law, Data Protection, Compliance, Contract Law, Intellectual Property, Litigation',
    titles: 'Legal Counsel, Compliance Officer, Paralegal, Privacy Officer, Licence Manager, Legal Secretary',
    skills: 'contract law, GDPR, competition law, drafting, risk assessment, export control, training, archives',
    jobCode: 'ANALYST',
  },
  {
    name: 'Security',
    departments: 'Identity and Access, Site Security, Security Operations, Business Continuity, Risk, Awareness',
    titles: 'Security Analyst, Access Administrator, Guard, Continuity Planner, Risk Analyst, Forensic Engineer',
    skills: `ISO 27001, SIEM, access reviews, penetration testing, first aid, crisis exercises, cryptography,
      forensics`,
    jobCode: 'SECURITY_MANAGER',
  },
  {
    name: 'Facilities',
    departments: 'Building Services, Canteen, Fleet, Energy Management, Reception, Construction Projects',
    titles: 'Facility Technician, Cook, Fleet Coordinator, Energy Manager, Receptionist, Site Manager',
    skills: 'electrics, heating, HACCP, driving licence, tendering, gardening, first aid, building automation',
    jobCode: 'SPECIALIST',
  },
]

/** A kind of division with its lists. */
export interface DivisionKind {
  name: string
  departments: string[]
  titles: string[]
  skills: string[]
  jobCode: string
}

export const divisionKinds: readonly DivisionKind[] = table.map((work) => ({
  name: work.name,
  departments: entries(work.departments),
  titles: entries(work.titles),
  skills: entries(work.skills),
  jobCode: work.jobCode,
}))

/** Where the second division of a kind works, the third, … */
export const regions = entries(`Europe, Americas, Asia, Africa, North, South, East, West, Nordics, Middle East,
  Pacific`)

import type { Channel, Status } from '../../../src/domain/vocabulary'

/** Something that happened to a demo case: how many days ago, by whom, and what. */
export type DemoEvent = readonly [daysAgo: number, by: DemoPerson, what: { to: Status } | { note: string } | 'assigned']

/** The people of the demo tenant. */
export const demoPeople = {
  morgan: { name: 'Morgan Trelawney', email: 'morgan.trelawney@example.com', role: 'admin' },
  priya: { name: 'Priya Shah', email: 'priya.shah@example.com', role: 'manager' },
  owen: { name: 'Cllr Owen Pascoe', email: 'cllr.pascoe@example.com', role: 'councillor' },
  hannah: { name: 'Cllr Hannah Okafor', email: 'cllr.okafor@example.com', role: 'councillor' },
  tomasz: { name: 'Tomasz Nowak', email: 'tomasz.nowak@example.com', role: 'caseworker' },
  bethan: { name: 'Bethan Rowe', email: 'bethan.rowe@example.com', role: 'caseworker' },
} as const
export type DemoPerson = keyof typeof demoPeople

/** The council of the demo tenant, by a code that no council has. */
export const demoCouncilCode = 'E06999901'

/** The wards of the demo tenant, and who stands for each. Their codes are those of `examples/onspd-sample.csv`. */
export const demoWards = {
  harbour: {
    name: 'Harbour',
    code: 'E05999901',
    tier: 'unitary',
    councillor: 'owen',
    about: 'The quays, Fore Street and the old town',
  },
  moorside: {
    name: 'Moorside',
    code: 'E05999902',
    tier: 'unitary',
    councillor: 'hannah',
    about: 'North of the railway up to the moor',
  },
  stpetroc: {
    name: 'St Petroc',
    code: 'E05999903',
    tier: 'unitary',
    councillor: 'hannah',
    about: 'Around the church and the hospital',
  },
  trewarden: {
    name: 'Trewarden Parish',
    code: 'E05999904',
    tier: 'parish',
    councillor: 'owen',
    about: 'The villages along the creek',
  },
} as const
export type DemoWard = keyof typeof demoWards

/** The categories of the demo tenant. */
export const demoCategories = {
  roads: 'Roads and pavements',
  housing: 'Housing',
  waste: 'Waste and recycling',
  planning: 'Planning',
  lighting: 'Street lighting',
  parking: 'Parking',
  behaviour: 'Anti-social behaviour',
  parks: 'Parks and open spaces',
  other: 'Other',
} as const

/** A made-up case. Its first event is who took it in, when. */
export interface DemoCase {
  resident: readonly [name: string, email: string | null, phone: string | null, address: string, postcode: string]
  summary: string
  description: string
  channel: Channel
  category: keyof typeof demoCategories
  ward: DemoWard
  assignee: DemoPerson | null
  taken: readonly [daysAgo: number, by: DemoPerson]
  events: readonly DemoEvent[]
  isArchived?: true
  published?: readonly [summary: string, themes: string]
}

/** A dozen cases as they come in over three months. Names are invented, phone numbers from Ofcom's drama ranges. */
export const demoCases: readonly DemoCase[] = [
  {
    resident: ['Jean Hocking', 'jean.hocking@example.com', '01632 960101', '4 Quay Terrace, Porthmellow', 'TR991AB'],
    summary: 'Deep pothole outside the school gate',
    description: 'About 15 cm deep and full of water. A cyclist came off on Tuesday; children cross right beside it.',
    channel: 'phone',
    category: 'roads',
    ward: 'harbour',
    assignee: 'tomasz',
    taken: [88, 'priya'],
    events: [
      [88, 'priya', 'assigned'],
      [87, 'tomasz', { to: 'in_progress' }],
      [86, 'tomasz', { note: 'Reported to Highways as a safety defect. They promise an inspection within five days.' }],
      [79, 'tomasz', { note: 'Filled this morning. Mrs Hocking has seen it and is happy.' }],
      [79, 'tomasz', { to: 'resolved' }],
      [65, 'priya', { to: 'closed' }],
    ],
    isArchived: true,
    published: ['A dangerous pothole by the school was filled within nine days.', 'roads, schools'],
  },
  {
    resident: ['Delroy Baptiste', 'delroy.b@example.com', '07700 900123', 'Flat 7, Penrose Court', 'TR992BD'],
    summary: 'Damp and black mould in council flat',
    description: 'Mould in both bedrooms since November. The youngest has asthma. Two repair visits were missed.',
    channel: 'surgery',
    category: 'housing',
    ward: 'stpetroc',
    assignee: 'bethan',
    taken: [61, 'hannah'],
    events: [
      [61, 'hannah', 'assigned'],
      [60, 'bethan', { to: 'in_progress' }],
      [58, 'bethan', { note: 'Housing apologised for the missed visits; surveyor booked for Thursday morning.' }],
      [50, 'bethan', { note: 'Surveyor found a failed extractor and a cold bridge. Works order raised, six weeks.' }],
      [12, 'bethan', { note: 'Chased: the contractor is now due on the 3rd. Mr Baptiste told by phone.' }],
    ],
  },
  {
    resident: ['Siân Prowse', 'sian.prowse@example.com', null, '22 Moor View, Porthmellow', 'TR993DE'],
    summary: 'Recycling missed three weeks running',
    description: 'The whole close was left again on Friday. The web form says "collected".',
    channel: 'email',
    category: 'waste',
    ward: 'moorside',
    assignee: 'tomasz',
    taken: [47, 'tomasz'],
    events: [
      [46, 'tomasz', { to: 'in_progress' }],
      [
        44,
        'tomasz',
        { note: 'The contractor had the close on the wrong round. Corrected; extra collection on Monday.' },
      ],
      [33, 'tomasz', { note: 'Two collections on time.' }],
      [33, 'tomasz', { to: 'resolved' }],
    ],
    published: ['A close that had been left off its recycling round is back on it.', 'waste'],
  },
  {
    resident: ['Arthur Penhale', null, '01632 960102', 'Creek Cottage, Trewarden', 'TR994EF'],
    summary: 'Objection to 14 holiday lodges by the creek',
    description:
      'Worried about traffic on the single-track lane and the oak woodland. Would like to speak at committee.',
    channel: 'letter',
    category: 'planning',
    ward: 'trewarden',
    assignee: 'owen',
    taken: [39, 'bethan'],
    events: [
      [39, 'bethan', 'assigned'],
      [37, 'owen', { note: 'Explained how to register to speak. I cannot take a side before committee.' }],
      [37, 'owen', { to: 'in_progress' }],
    ],
  },
  {
    resident: ['Mei Lin Chen', 'meilin.chen@example.com', '07700 900456', '9 Fore Street, Porthmellow', 'TR991DG'],
    summary: 'Four street lights out along Fore Street',
    description: 'Columns 12 to 15, dark since the storm. The shop shutters have been tried twice.',
    channel: 'web_form',
    category: 'lighting',
    ward: 'harbour',
    assignee: 'tomasz',
    taken: [26, 'tomasz'],
    events: [
      [25, 'tomasz', { to: 'in_progress' }],
      [24, 'tomasz', { note: 'A cable fault; the network operator has given the 18th.' }],
      [9, 'tomasz', { to: 'resolved' }],
    ],
  },
  {
    resident: ['Kwame Boateng', 'kwame.boateng@example.com', '07700 900789', '31 Station Road, Porthmellow', 'TR993FH'],
    summary: 'Residents’ parking bays taken by commuters',
    description: 'From 7.30 there is no space within three streets. He has a permit and a disabled passenger.',
    channel: 'email',
    category: 'parking',
    ward: 'moorside',
    assignee: 'bethan',
    taken: [21, 'priya'],
    events: [
      [21, 'priya', 'assigned'],
      [20, 'bethan', { note: 'Enforcement will patrol at 8 for two weeks and report back.' }],
      [20, 'bethan', { to: 'in_progress' }],
    ],
  },
  {
    resident: ['Lowenna Tregear', 'lowenna.t@example.com', null, '3 Chapel Row, Trewarden', 'TR994GJ'],
    summary: 'Swing broken in the village playground',
    description: 'One chain has come off the toddlers’ swing and hangs at head height.',
    channel: 'social_media',
    category: 'parks',
    ward: 'trewarden',
    assignee: 'tomasz',
    taken: [16, 'owen'],
    events: [
      [16, 'owen', 'assigned'],
      [15, 'tomasz', { note: 'Parish clerk has taped it off; part ordered.' }],
      [15, 'tomasz', { to: 'in_progress' }],
      [6, 'tomasz', { to: 'resolved' }],
      [2, 'priya', { to: 'closed' }],
    ],
  },
  {
    resident: ['Graham Opie', null, '01632 960103', '15 Church Lane, Porthmellow', 'TR992HL'],
    summary: 'Motorbikes on the footpath at night',
    description: 'Most evenings after ten, between the church and the hospital car park.',
    channel: 'in_person',
    category: 'behaviour',
    ward: 'stpetroc',
    assignee: 'hannah',
    taken: [11, 'hannah'],
    events: [[10, 'hannah', { note: 'Raised with the neighbourhood police team, who ask for dates and times.' }]],
  },
  {
    resident: ['Fatima El-Amin', 'fatima.elamin@example.com', '07700 900321', '8 Penrose Court', 'TR992BD'],
    summary: 'Lift out of order, neighbour in a wheelchair',
    description: 'Second time this month. Her neighbour on the third floor has missed two hospital appointments.',
    channel: 'phone',
    category: 'housing',
    ward: 'stpetroc',
    assignee: 'bethan',
    taken: [6, 'bethan'],
    events: [
      [6, 'bethan', { to: 'in_progress' }],
      [5, 'bethan', { note: 'Engineer on site today. Housing arranges transport until the lift runs.' }],
    ],
  },
  {
    resident: ['Callum Rickard', 'callum.rickard@example.com', null, '2 Harbour Steps, Porthmellow', 'TR991JN'],
    summary: 'Gulls and split bin bags on the quay',
    description: 'The commercial bins overflow by Saturday noon. Could they be emptied on Fridays, too?',
    channel: 'api',
    category: 'waste',
    ward: 'harbour',
    assignee: null,
    taken: [3, 'priya'],
    events: [],
  },
  {
    resident: [
      'Rosemary Bolitho',
      'rosemary.bolitho@example.com',
      '01632 960104',
      'The Old Forge, Trewarden',
      'TR994LP',
    ],
    summary: 'Blocked drain floods the lane after rain',
    description: 'The gully by the bus shelter has not been cleared since spring. The bus turns round before it.',
    channel: 'web_form',
    category: 'roads',
    ward: 'trewarden',
    assignee: 'tomasz',
    taken: [1, 'tomasz'],
    events: [],
  },
  {
    resident: ['Idris Vaughan', 'idris.vaughan@example.com', '07700 900654', '40 Moor View, Porthmellow', 'TR993DE'],
    summary: 'How to apply for a street party',
    description:
      'For a Saturday in June, about sixty people. Asks which road closure form and whether it costs anything.',
    channel: 'email',
    category: 'other',
    ward: 'moorside',
    assignee: null,
    taken: [0.2, 'priya'],
    events: [],
  },
]

"""Every bound in the product, with its unit and the reason for it."""

AMOUNT_MINOR_MAX = 10**12  # minor units; far above any order, far below what would overflow a sum
ACCEPTED_CURRENCIES_MAX = 12  # beside a programme's own; each amount of its terms names them all

BODY_BYTES_MAX = (
    256 * 1024
)  # bytes of a webhook body; what Stripe, Shopify and a bus event stay under
TRANSACTION_ITEMS_MAX = 100  # writes; DynamoDB's own limit
COMMIT_TRIES_MAX = 8  # whole read-decide-write attempts; a hot advocate clears well before that
CONFLICT_TRIES_MAX = 6  # re-sends of one transaction after TransactionConflict (botocore does none)
READ_KEYS_MAX = 100  # keys of one batch read; DynamoDB's own limit
PAGE_ITEMS_MAX = 100  # rows of any list answer; the API's published limit
SUMMARY_ITEMS_MAX = 1_000  # items of one summary; ten years of one advocate in eight programmes
QUERY_PAGES_MAX = 1_000  # pages that one use case may read before it must be split
CLAIM_ANSWER_BYTES_MAX = 64 * 1024  # bytes of a remembered answer; far below an item's 400 KB
CHECK_PASSES_MAX = 3  # readings of the whole journal in one nightly check
DIFFERENCES_KEPT_MAX = 100  # sentences kept of one check; the count is always whole
MESSAGE_DAYS = 400  # days the delivery log is kept; a year of questions, and some
RESENDS_MAX = 2  # times that staff may have the letter of one request sent once more
RESEND_HOURS = 24  # hours between two letters of one request that staff cause
LETTERS_PER_SWEEP = 200  # letters whose hour has come that one sweep brings back to the queue
SENDING_SECONDS_MAX = 180  # seconds a mail may be on its way; three times the sender's time-out
SCAN_PAGES_MAX = 1_000_000  # pages of 1 MB; a nightly check of a bigger table needs segments

SEAL_SHARDS = 4  # index partitions of unsealed items; each takes 1,000 writes a second
SEAL_LEAVES_MAX = 90  # items of one seal; they and the head move in one transaction of 100
SEAL_ROUNDS_MAX = 150  # seals of one run; 13,500 items a minute, and half a minute of work
SEAL_COPIES_MAX = 600  # seals that one run copies to the archive; the next run goes on
SEAL_PAGES_MAX = 100_000  # pages of 100 seals that the nightly check walks; 19 years of minutes
SEAL_GRACE_SECONDS = 600  # seconds after which an item must be sealed; ten runs of the sealer

PILOT_ADVOCATES_MAX = 200  # advocates of a segment; they are read with every decision, 6 KB
DRAFTS_OPEN_MAX = 20  # open drafts of one programme; more is a mess that nobody reviews
REPLAY_DAYS_MAX = 400  # days of one replay; a year and a month, so that seasons are in it
REPLAY_PAGES = 20, 5, 1  # decisions of one step: as many as one Change can hold the caps of
REPLAY_COUNT_PAGE = 1_000  # places of decisions counted in one step; about 200 KB
REPLAY_SECONDS = 25  # seconds after which one run of a replay or announcement asks to go on
REPLAY_STEPS = 2_000  # steps of one run; the seconds end it before
REPLAY_IDLE_MINUTES = 10  # minutes without progress after which the clock goes on with it
REPLAY_HOURS_MAX = 24  # hours after which a replay has failed; a million decisions take one
REPLAY_KEPT_DAYS = 400  # days its rows are kept; a version keeps its sum for ever
REPLAY_FRESH_DAYS = 7  # days after which a replay must be made anew before publication
REPLAYS_PER_SWEEP = 5  # replays or announcements one run of the clock goes on with
ANNOUNCE_PAGE = 50  # enrolments of one step; an event for each, in one Change
ANNOUNCE_STEPS = 500  # steps of one run: 25,000 advocates, if the seconds allow
PROGRAM_VERSIONS_MAX = 100  # versions of one programme; they are read together, in one page
TERMS_CACHE_SECONDS = 60  # seconds an answer may show terms that have a newer version by now
TERMS_SHELF_PROGRAMS_MAX = 200  # programmes whose versions one process remembers
PEOPLE_CACHE_MAX = 10_000  # sign-ins one process remembers; about 2 MB
LINKS_PER_ADVOCATE_MAX = 25  # links; they all change in one transaction when an enrolment pauses
CODE_TRIES_MAX = 6  # draws of a fresh code; 30**7 codes make a second draw rare, a sixth a bug
CODE_LENGTH = 7  # characters; 30**7 = 21 thousand million codes
VANITY_LENGTH_MIN, VANITY_LENGTH_MAX = 3, 20  # characters that people still type without mistakes

RATE_DAYS_MAX = 10  # days that a rate may be older than its order; Christmas and New Year
RATES_PUT_MAX = 40  # rates of one call; with their events they fit into one transaction
RATES_WANTED_PAGES = 20  # pages of 100 conversions that wait for a rate, looked at in one sweep
POOL_POTS = 8  # pots of a limit of the whole programme; each takes some 500 rewards a second
POOL_SLICES = 256  # a pot is filled up by one part of the limit; 0.4 % lie in each pot at most
POOL_PAGES_MAX = 100  # pages of 100 pools that are watched in one sweep
POOL_WATCH_DAYS = 60  # days after its end in which a period's use is still watched
SHARED_CAPS_MAX = 2  # caps of the whole programme; with the budget's 45 items of a transaction
BUDGET_LIMITS_MAX = 3  # limits of a budget: of a month, of a year and in all, for one
BUDGET_LOW_PERCENT = 80  # percent of a limit whose use is announced before it is used up

TOUCHES_MAX = 50  # touches considered per conversion; the newest are kept, the count is recorded
FOR_MONTHS_MAX = 120  # months that a rule may pay for one customer; ten years
LEVELS_MAX = 10  # levels that advocates can reach in one programme
TALLY_MONTHS_MAX = 36  # months of an advocate's totals kept one by one; years need twelve
CONDITIONS_MAX = 20  # questions of one rule; more than anybody can explain
CONDITION_DEPTH_MAX = 4  # levels of all, any and not
CONDITION_VALUES_MAX = 100  # values of one question; a list of products, not a catalogue
ORDER_LINES_MAX = 100  # lines of an order kept one by one; those beyond are kept as one sum
ORDER_WORDS_MAX = 20  # coupons of an order, segments of a customer, collections of a product
ALIASES_MAX = 8  # outside ids of one order (session, intent, invoice, charge ...)
LISTED_ADVOCATES_MAX = 5  # advocates told of one conversion that nobody won; each is an item
FRIEND_CONVERSIONS_MAX = 30  # conversions of one friend that a late touch may still move
REFUNDS_PARKED_MAX = 100  # refunds that wait for one order
NUMBERED_ORDERS_MAX = 20  # orders of one number in one namespace that are found by it
INQUIRY_DAYS = 120  # days a bank's inquiry holds a reward before a person must look
CLOCK_SKEW_SECONDS = 60  # seconds a shop's clock may be behind ours: its order, after our click
REWARDS_PER_ORDER_MAX = 6  # rewards that rules without a condition may give; with 20 caps they fit
BACKDATED_DAYS_MAX = 90  # days a new order may lie back: a quarter; older, a person has to look
LATE_DAYS = 3  # days a late delivery costs nobody's hold time; as long as Stripe tries again
CLICK_AGE_DAYS_MAX = 400  # days; no window may be longer than a click is verifiable

TRAIL_DAYS = 180  # days after which a mark that nobody shows again is forgotten
SIGHTINGS_MAX = 40  # newest sightings of one mark; more customers of one card need no counting
TRAIL_OWNERS_MAX = 20  # advocates who share one mark; a ring of two is seen, one of 20 is too
OWN_MARKS_MAX = 8  # own marks of each kind; people move, and buy other phones
PARTNERS_MAX = 5  # other advocates kept who share a card or device with one conversion
PACE_MAX = 60  # newest rewarded conversions of one advocate that checks look at
DISPUTES_OPEN_MAX = 20  # open disputes of one advocate in one programme; they stand in one item
DISPUTE_MESSAGES_MAX = 50  # messages of one thread; read together, in one page
DISPUTE_TEXT_MAX = 2_000  # characters of one message; a page of text
DISPUTES_PER_SWEEP = 100  # disputes whose time is over that one sweep moves
SEARCH_DAYS = 3  # days around the date an advocate names in which is searched
SEARCH_KEPT_MAX = 50  # deliveries that wait for a person, looked through for a missing order
BAN_REWARDS_PAGE = 25  # rewards voided between two notes of where a ban is
BAN_LOOK_MINUTES = 30  # minutes until a ban that waits for a payout is looked at again
BANS_PER_SWEEP = 10  # unfinished bans that one sweep goes on with
EXEMPTION_DAYS_MAX = 365  # days; whoever is trusted is looked at once a year
LESSON_DAYS = 400  # days for which it is counted what checks held and disputes taught
LESSON_ROWS_MAX = 2_000  # newest holds, and disputes, of a month that a summary counts
ASSESSMENTS_MAX = 20  # assessments of one reward; each time it becomes pending or due anew

SIGNATURE_AGE_SECONDS_MAX = 300  # seconds either way; Stripe's and Standard Webhooks' own tolerance
DELIVERY_PAGES_MAX = 10  # index pages read for one page of a source's kept deliveries
SOURCE_CACHE_SECONDS = (
    60  # seconds a source and its opened secrets may be used; also its revocation
)
SOURCE_RELOAD_SECONDS = (
    5  # seconds before a bad signature may read the source anew (a fresh rotation)
)
SOURCES_CACHED_MAX = 200  # sources one process remembers
DELIVERY_TRIES_MAX = 20  # counted tries of the sweeper; about 100 minutes, then a person must look
ORDER_TRIES_MAX = 12  # tries to find the order that a delivery only adds names to; about an hour
SWEEP_AGE_SECONDS = 120  # seconds a delivery may wait for the stream before the sweeper takes it
SWEEP_PAGE_ITEMS, SWEEP_PAGES_MAX = 25, 8  # per shard and run; pages stay under 1 MB mostly
ARRIVAL_DAYS = 30  # days a raw delivery is kept, encrypted, for replay
CLICK_DAYS = 90  # days a click row is kept; attribution needs the signed id, not the row
LINK_CACHE_SECONDS = 60  # seconds a redirect may use a link it has read; also the pause's delay

DUE_SHARDS = 8  # partitions of the due index per programme
PENDING_SHARDS = 4  # partitions of the index of arrivals that wait
PAYOUT_REWARDS_MAX = 40  # rewards frozen into one payout; the rest follow in a further payout
RUN_CHUNK_PAYOUTS = 25  # payouts per map item, so that one function call stays short
LOOKUP_TRIES_MAX = 10  # look-ups of an unknown payment before a person must decide

AUDIT_CHUNKS = 20  # chunks audited by one call; 500 payouts, some seconds of reading
AUDIT_HISTORY = 12  # earlier payouts of an advocate, or runs of a programme, compared with
AUDIT_RUNS_BACK = 60  # earlier runs looked through for those; two months of daily ones
AUDIT_SHARERS = 5  # other advocates of one destination that a finding names
STOPS_MAX = 20  # reasons for which one advocate's payouts can be stopped at a time
RAIL_ANSWER_BYTES_MAX = 256 * 1024  # bytes of a rail's answer; real ones are a few KB
RAIL_BUSY_TRIES = 3  # sends of one call that was answered 429, which means not carried out
RAIL_PAUSE_SECONDS_MAX = 5  # seconds waited for a busy rail inside one call; the map waits longer
RAIL_REST_SECONDS, RAIL_HALT_SECONDS = 60, 900  # seconds a rail is left alone: silent; no money
NOTICE_DAYS = 30  # days a rail's notice is kept if nobody could ask the rail
NOTICES_PER_SWEEP = 100  # notices taken up in one go
RECONCILE_CHUNKS = 4  # chunks compared by one call; 100 questions to the rail, under a minute
COMPARE_HOURS_FIRST, COMPARE_HOURS_MAX = 1, 24  # hours until an unclear run is compared anew
COMPARE_ESCALATE_DAYS = 3  # days after which staff is told; a person may decide after two
COMPARE_DAYS = 35  # days after which the rail is asked no more; PayPal returns unclaimed after 30
COMPARE_CHUNKS_A_MINUTE = 8  # chunks that a comparison surely manages, so that two do not overlap
REPORT_ROWS_MAX = 1_000  # rows of a report that a person gives; what fits one request
BUSINESS_SHIFT_DAYS_MAX = 14  # days in a row that may be no business days; longer is a mistake
PAYOUT_PARTS_MAX = 5  # payouts of one advocate in one run; 200 rewards, the rest wait for the next
FREEZE_PAGE = 100  # balances of one page of the freeze; some seconds of work
FREEZE_PAGES, FREEZE_SECONDS = 10, 20  # pages and seconds after which one call of it stops
FREEZE_CALLS_MAX = 2_000  # calls of the freeze step in one run; what fits an execution's history
RUN_CHUNKS_MAX = 10_000  # items of the machine's map; 250,000 payouts, and 60 KB of its state
RUNS_BACK_PAGES = 3  # pages of 100 runs looked through for a programme's last one
RUN_REQUEST_DAYS = 7  # days in which somebody must request a listed run
RUN_RELEASE_DAYS = 3  # days in which a second person must release a requested run
RUN_IDLE_MINUTES = 30  # minutes without progress after which a run's execution counts as lost
RUN_LATE_HOURS = 2  # hours after the cut-off from which a run that never opened is started anew
SEND_UNKNOWN_MAX = 3  # unclear answers in a row after which a call asks the rail no more
RESEND_MARGIN_HOURS = 1  # hours before the end of a key's window from which nothing is sent again
PERSON_AFTER_HOURS = 48  # hours after which a person may decide; longer than any rail's key window
QUIET_HOURS = 1  # hours after which no earlier call can still be on its way to the rail
LOOK_SECONDS_FIRST, LOOK_SECONDS_MAX = 60, 86_400  # seconds until the next look-up; it doubles
UNKNOWN_PER_SWEEP = 100  # payments looked up in one go after their run is over
CONFIRM_MAX = 100  # payouts that one call confirms; each is a transaction
GIVE_BACK_PAGES = 5  # pages of payouts given back in one step; half a minute of work
SEGMENTS_OF_ADVOCATE_MAX = 10  # segments of one advocate at a time; a rule asks for one or two
SEGMENT_TIMES_MAX = 40  # times in segments kept on an enrolment, 3 KB; a decision reads them
SEGMENTS_OF_PROGRAM_MAX = 50  # segments of one programme; they and their sizes are one item
ABSENCES_MAX = 20  # times of an enrolment that was not active, kept one by one; 2 KB

FORM_FIELDS_MAX = 100  # fields of one form of the pages; a budget has 6 periods in 13 currencies
ERASURE_WAIT_DAYS = 7  # days in which an erasure can be taken back
ERASURE_LOOK_HOURS = 12  # hours until an erasure that waits for money is looked at again
ERASURES_PER_SWEEP = 25  # people erased in one go; each is some tens of writes
EXPORT_DAYS = 7  # days that an export can be saved; then it is made anew
EXPORT_ROWS = 100  # rows that one step of an export reads; each some 600 bytes
EXPORT_STEPS = 20  # steps of one run; the last one asks the bus to go on
EXPORT_IDLE_MINUTES = 3  # minutes without progress until the sweep goes on with an export
EXPORTS_PER_SWEEP = 25
EXPORT_FILE_PARTS = 10  # parts in one file: what a function may answer at once
FRIEND_PASS_SECONDS = 1_800  # seconds in which a link that was sent to a friend opens their page
FRIEND_LETTERS_PER_HOUR = 3  # such links that one address is sent
EMBED_SECONDS = 900  # seconds that an embedded view may be opened with its token
SIGN_IN_SECONDS_MAX = 600  # seconds from asking to sign in to coming back signed in
STAFF_SESSION_HOURS = (
    12  # hours after which staff sign in anew; advocates stay as long as the pool's
)

SIGNAL_DAYS = 800  # days a signal is kept; two years and some, while scores look back one
SIGNALS_READ_MAX = 500  # newest signals of one subject that a score is made of; years of surveys
SUBJECT_MARKS_MAX = 20  # identifiers kept on one subject, for whoever has to forget it
SUBJECT_PARTS_MAX = 20  # subjects that may be joined to one; more is a shared address, not a person
SUBJECT_HOPS_MAX = 22  # steps from a joined subject to the one that stands for it
JOURNEY_STEPS_MAX = 50  # steps of one journey; more than anybody can follow
JOURNEY_VERSIONS_MAX = 100  # versions of one journey; they are read in one page
ASKS_KEPT_MAX = 200  # newest asks in a person's book, 30 KB; limits look back a year at most
PREVIEW_PEOPLE_MAX = 50  # people one preview looks at; each takes two or three reads
WALKS_KEPT_MAX = 20  # newest walks of one person through one journey that are listed
WALK_SHARDS = 4  # partitions of the index of walks that go on
WALK_MOVES_MAX = 60  # moves of one call; a journey has fewer steps, and every step ends
WALK_GRACE_SECONDS = 120  # seconds a walk may wait for its execution before the sweep takes it
WALKS_PER_SWEEP = 100  # walks of one shard that one sweep moves
WALK_SLEEP_DAYS = 1  # days until something that has no date is looked at again
TRIGGER_DAYS = 7  # days in which what started a journey may still be told
WORK_DAYS_MAX = 60  # days in which what was promised has to be done to be rewarded
MEMBERS_READ_MAX = 100  # people of one account that are looked at when something happens to it
JOURNEYS_READ_MAX = 100  # journeys of one programme; more is a mess that nobody oversees
FUNNEL_PAGES_MAX = 200  # pages of 100 walks that one funnel counts
DEAL_CONTACTS_MAX = 10  # contacts of one deal that are looked at; a buying centre has fewer
DEAL_STEPS_MAX = 400  # changes of one deal; more is a deal that a machine writes to
DEAL_PAGE_ITEMS = 100  # deals credited together; about four batch reads
DEALS_READ_MAX = 5_000  # deals that one report adds up; some seconds of reading
PERIOD_DAYS_MAX = 732  # days of one report; two years
FUNNEL_PEOPLE_LEAST = 5  # a funnel of fewer could be read back to one of them by analysts
ASK_PASS_DAYS = 30  # days after the end of a request in which the link of its letter still works
KPI_PAGE_ITEMS = 500  # rows of one page of a report; below 1 MB
KPI_ROWS_MAX = 50_000  # rows that one report reads; about 100 pages, some seconds
PEOPLE_LEAST = 5  # people of a sum that analysts see; of fewer it could be read back to one
PROMPT_DAYS = 90  # days after an ask to refer in which a recommendation counts as its effect
PROMPTS_READ_MAX = 100  # newest asks of an advocate that are looked at for it
PROMPTED_ADVOCATES_MAX = 500  # advocates of one report whose asks are looked up, a query for each
CRM_LEASE_SECONDS = 300  # seconds in which one worker writes a CRM's record; a run lives for 240
CRM_LINKS_MAX = 100  # deals and contacts of one person that are told of what happens
CRM_PER_SWEEP = 100  # records of CRMs that one sweep writes; a call each
CRM_TURNS_MAX = 5  # writes of one record in one go because there was news meanwhile
CRM_WAIT_SECONDS_LEAST = 60  # seconds until a failed write is tried again; then twice as long
CRM_WAIT_SECONDS_MAX = 86_400  # seconds between tries at most; a day, as long as CRMs' limits count

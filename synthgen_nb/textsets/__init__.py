"""Sets of texts by domain and topics: what is wanted of them, what a model is asked, what of its answers is kept, and
the formats that trainers read. Knows nothing of jobs, stores or screens.
"""

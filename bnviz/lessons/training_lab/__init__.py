"""The training lab: experiments that are worth a look."""

"""Why not γx + β? Maps of networks over learning rate and initial scale."""

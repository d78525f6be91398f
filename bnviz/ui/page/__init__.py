"""What pages are made of: frame, stage, controls in the link, predictions."""

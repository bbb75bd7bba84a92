"""What is known of each column, the Pandera models, and the shapes of the frames that a plan is made of."""

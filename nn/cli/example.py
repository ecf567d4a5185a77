"""The file of settings that `gradtape train --example` writes: every setting there is, with what it means."""

EXAMPLE = """\
# The book's spiral, to be trained by:  gradtape train spiral.toml
# Every setting there is; those behind a # may be left out. Paths are seen from the folder of this file.

[data]
name = "spiral"             # or vertical, sine, digits, mnist, fashion_mnist, image_folder
samples = 100               # spiral and vertical: of each class; sine: in all
classes = 3                 # spiral and vertical
# seed = 0                  # spiral and vertical; by default that of [train]
# dtype = "float64"         # spiral, vertical, sine and digits
# path = "fashion"          # the folder of mnist, fashion_mnist and image_folder
# checksum = true           # mnist and fashion_mnist: whether the files are to be the official ones
validation = 0.2            # a fraction to measure each epoch with; "test" for the test set of what has one
# divide_by = 1.0           # the inputs are divided by it: 255 for images

# Data of your own, in the place of name and what belongs to it:
# X = "X.npy"
# y = "y.npy"
# X_validation = "X_val.npy"
# y_validation = "y_val.npy"

[model]
loss = { name = "CategoricalCrossentropy", from_logits = true }
optimizer = { name = "Adam", learning_rate = 0.05, decay = 5e-7 }
metrics = ["accuracy"]

# The layers in their order: any of nn, with the settings that its class takes.
[[model.layers]]
name = "Dense"
n_inputs = 2
n_neurons = 64
weight_regularizer = { name = "L2", strength = 5e-4 }

[[model.layers]]
name = "ReLU"

[[model.layers]]
name = "Dense"
n_inputs = 64
n_neurons = 3

[train]
epochs = 1000               # in all: with more of them a run that ended goes on
# batch_size = 32           # samples a step; by default all of them
seed = 0                    # of weights, dropout, the validation part, and the order of samples
# shuffle = true
# compiled = true
# nan_stop = true           # end when the loss is not finite any more, and say where it came from
# model = "spiral.npz"      # the trained model, .npz or .safetensors; by default called as this file
# checkpoint = "spiral.checkpoint.npz"   # what a run goes on from; by default called as this file
# checkpoint_seconds = 2.0  # how old it may be; 0 writes it after each epoch
# csv = "spiral.csv"        # a line for each epoch; by default none
# picture = "spiral.png"    # the curves (needs matplotlib); by default none

# [train.early_stopping]    # without this table there is none
# monitor = "val_loss"      # without validation "loss"
# patience = 10             # epochs
# min_delta = 0.0
# mode = "auto"             # or min, max
# restore_best = false      # whether the model is that of the best epoch
"""
